#include "ingest/csv_reader.h"

#include <algorithm>
#include <cstddef>

namespace tocsin {
namespace {

bool HasOpenQuote(std::string_view line) {
  const size_t first = line.find('"');  // most lines have none, and this is the quickest way to know
  return first != std::string_view::npos && std::count(line.begin() + first, line.end(), '"') % 2 != 0;
}

}  // namespace

bool CsvReader::Next(CsvRecord* record) {
  *record = CsvRecord();
  if (next_ < pieces_.size()) {
    DropTaken();
    Gather(record);
    return true;
  }
  kept_.clear();
  pieces_.clear();
  next_ = first_ = 0;
  Line line;
  if (!lines_.Next(&line)) return false;
  if (!line.too_long && HasOpenQuote(line.text)) {
    Keep(line);
    Gather(record);
    return true;
  }
  // The usual case: the line is the record, where it stands.
  record->text = record->first_line = line.text;
  record->line = line.number;
  record->offset = line.offset;
  record->too_long = line.too_long;
  return true;
}

void CsvReader::GiveUp() {
  if (next_ > first_) next_ = first_ + 1;
}

void CsvReader::Keep(const Line& line) {
  Piece& piece = pieces_.emplace_back();
  piece.begin = kept_.size();
  piece.size = line.text.size();
  piece.number = line.number;
  piece.offset = line.offset;
  piece.too_long = line.too_long;
  piece.odd = !line.too_long && HasOpenQuote(line.text);
  kept_.append(line.text);
  kept_.append(line.end);
  piece.end = kept_.size();
}

bool CsvReader::KeepLine() {
  Line line;
  if (!lines_.Next(&line)) return false;
  Keep(line);
  return true;
}

// Lines that have been records already go, once they are worth the moving of the others.
void CsvReader::DropTaken() {
  const size_t bytes = pieces_[next_].begin;
  if (bytes < kMaxRecordBytes) return;
  kept_.erase(0, bytes);
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(next_));
  for (Piece& piece : pieces_) {
    piece.begin -= bytes;
    piece.end -= bytes;
  }
  next_ = 0;
}

// The record that begins with the piece `next_`.
void CsvReader::Gather(CsvRecord* record) {
  first_ = next_++;
  const size_t begin = pieces_[first_].begin;
  size_t last = first_;
  bool open = pieces_[first_].odd;
  while (open && pieces_[last].end - begin <= kMaxRecordBytes) {
    if (last + 1 == pieces_.size() && !KeepLine()) break;
    // A line that was cut off cannot be a part of anything.
    if (pieces_[last + 1].too_long) break;
    ++last;
    open = !pieces_[last].odd;
  }
  if (open) last = first_;
  next_ = last + 1;
  const std::string_view kept = kept_;
  const Piece& first = pieces_[first_];
  record->first_line = kept.substr(begin, first.size);
  record->text = kept.substr(begin, pieces_[last].begin + pieces_[last].size - begin);
  record->line = first.number;
  record->offset = first.offset;
  record->too_long = first.too_long;
}

}  // namespace tocsin
