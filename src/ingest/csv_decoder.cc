#include "ingest/csv_decoder.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "fmt/format.h"
#include "ingest/token_value.h"

namespace tocsin {
namespace {

Reason Refuse(Reason reason, std::string sentence, std::string* detail) {
  if (detail != nullptr) *detail = std::move(sentence);
  return reason;
}

}  // namespace

absl::Status CsvDecoder::SetHeader(std::string_view record) {
  const auto wrong = [](std::string sentence) { return absl::InvalidArgumentError(std::move(sentence)); };
  if (record.empty()) return wrong("the first line is empty; it should name the columns");
  if (!IsUtf8(record)) return wrong("the first line, which names the columns, is not UTF-8");
  if (!cells_.Split(record)) {
    return wrong(fmt::format("the first line, which names the columns, is not CSV: {}", cells_.problem()));
  }
  path_of_column_.assign(cells_.cells().size(), kNone);
  const std::vector<RecordMap::Path>& paths = map_.paths();
  for (uint32_t path = 0; path < paths.size(); ++path) {
    size_t found = 0;
    for (size_t column = 0; column < path_of_column_.size(); ++column) {
      if (cells_.cells()[column] != paths[path].text) continue;
      path_of_column_[column] = path;
      ++found;
    }
    if (found > 1) return wrong(fmt::format("there are {} columns named '{}'", found, paths[path].text));
    if (found == 0 && paths[path].required) {
      const std::vector<std::string> columns(cells_.cells().begin(), cells_.cells().end());
      const std::string closest = ClosestName(paths[path].text, columns);
      return wrong(fmt::format("there is no column named '{}'{}", paths[path].text,
                               closest.empty() ? "" : fmt::format("; there is '{}'", Shortened(closest))));
    }
  }
  return absl::OkStatus();
}

Reason CsvDecoder::Decode(const CsvRecord& record, EventBatch* batch, std::string* detail) {
  if (record.text.empty()) return Refuse(Reason::kEmpty, "the line is empty", detail);
  const bool split = cells_.Split(record.text);
  const size_t count = cells_.cells().size();
  const bool fits = split && count == path_of_column_.size();
  // As with JSON: the rest may only follow from bytes that are no text. But lines that a stray quote brought in are
  // not to blame.
  if (!IsUtf8(fits ? record.text : record.first_line)) {
    return Refuse(Reason::kEncoding, "the record is not UTF-8", detail);
  }
  if (!split) return Refuse(Reason::kMalformed, fmt::format("the record is not CSV: {}", cells_.problem()), detail);
  if (!fits) {
    return Refuse(Reason::kMalformed,
                  fmt::format("the record has {} cell{}, and the header {}", count, count == 1 ? "" : "s",
                              path_of_column_.size()),
                  detail);
  }
  for (size_t column = 0; column < count; ++column) {
    const uint32_t path = path_of_column_[column];
    if (path == kNone) continue;
    const std::string_view cell = cells_.cells()[column];
    tokens_[path] = {cell.empty() ? Token::Kind::kAbsent : Token::Kind::kCell, cell};
  }
  return map_.Map(tokens_, batch, detail);
}

}  // namespace tocsin
