// CSV records -> events. The first record names the columns.
#ifndef TOCSIN_INGEST_CSV_DECODER_H_
#define TOCSIN_INGEST_CSV_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "ingest/csv_cells.h"
#include "ingest/csv_reader.h"
#include "ingest/record_map.h"

namespace tocsin {

// One thread at a time. A path is the name of a column; a declared attribute without a column is absent.
class CsvDecoder {
 public:
  // As JsonDecoder's.
  CsvDecoder(const Catalog& catalog, const SourceSpec& source, uint32_t number, bool ignore_unknown_events)
      : map_(catalog, source, number, ignore_unknown_events), tokens_(map_.paths().size()) {}

  // InvalidArgument when it is no CSV, a column that is wanted stands there twice, or one that the source names is
  // missing.
  absl::Status SetHeader(std::string_view record);

  // As JsonDecoder's. After kMalformed and kEncoding nobody knows where the record ends: it is to be given up, and what
  // is said is of its first line. REQUIRES: SetHeader was OK.
  Reason Decode(const CsvRecord& record, EventBatch* batch, std::string* detail);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  RecordMap map_;
  CsvCells cells_;
  std::vector<uint32_t> path_of_column_;
  std::vector<Token> tokens_;  // by path
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_CSV_DECODER_H_
