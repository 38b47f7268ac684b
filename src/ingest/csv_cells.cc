#include "ingest/csv_cells.h"

#include <algorithm>

namespace tocsin {

bool CsvCells::Split(std::string_view record) {
  cells_.clear();
  unquoted_.clear();
  unquoted_.reserve(record.size());  // cells borrow from it: it must not move
  const bool has_quotes = record.find('"') != std::string_view::npos;
  size_t at = 0;
  while (true) {
    if (has_quotes && at < record.size() && record[at] == '"') {
      if (!TakeQuoted(record, &at)) return false;
    } else {
      const size_t end = std::min(record.find(',', at), record.size());
      const std::string_view cell = record.substr(at, end - at);
      if (has_quotes && cell.find('"') != std::string_view::npos) {
        problem_ = "a quote stands in a cell that does not begin with one";
        return false;
      }
      cells_.push_back(cell);
      at = end;
    }
    if (at == record.size()) return true;
    ++at;  // the comma
  }
}

// `at` is at the opening quote, and goes to the comma or end behind the closing one.
bool CsvCells::TakeQuoted(std::string_view record, size_t* at) {
  const size_t begin = ++*at;
  const size_t kept = unquoted_.size();
  bool doubled = false;
  size_t piece = begin;
  while (true) {
    const size_t quote = record.find('"', *at);
    if (quote == std::string_view::npos) {
      problem_ = "a quote is not closed";
      return false;
    }
    *at = quote + 1;
    if (*at == record.size() || record[*at] != '"') break;
    doubled = true;
    unquoted_.append(record, piece, *at - piece);  // with one of the two
    piece = ++*at;
  }
  if (*at < record.size() && record[*at] != ',') {
    problem_ = "behind a closing quote stands neither a comma nor the end of the line";
    return false;
  }
  if (!doubled) {
    cells_.push_back(record.substr(begin, *at - 1 - begin));
    return true;
  }
  unquoted_.append(record, piece, *at - 1 - piece);
  cells_.push_back(std::string_view(unquoted_).substr(kept));
  return true;
}

}  // namespace tocsin
