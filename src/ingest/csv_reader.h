// Lines -> CSV records. A record goes on over the line's end while a quote is open, which shows in the lines alone: a
// quote is open behind an odd number of quotes.
//
// A stray quote must not swallow what follows it. So a record of which the quote is not closed within kMaxRecordBytes
// is its first line, and of one that turns out to be damaged the user says GiveUp: then only its first line was the
// record, and the next line begins another.
#ifndef TOCSIN_INGEST_CSV_READER_H_
#define TOCSIN_INGEST_CSV_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/ingest/line_reader.h"

namespace tocsin {

struct CsvRecord {
  std::string_view text;        // without the last line end; valid until the next call
  std::string_view first_line;  // where the record is, also when it is given up
  uint64_t line = 0;            // the number of its first line, 1-based
  uint64_t offset = 0;          // of its first byte
  bool too_long = false;        // its line is longer than a line may be: `text` is the beginning
};

// One thread at a time. Memory: a few times the longest line or kMaxRecordBytes. Cost: each line is read once, and
// looked at no more than twice, whatever is in it.
class CsvReader {
 public:
  static constexpr size_t kMaxRecordBytes = size_t{1} << 20;  // of a record of several lines

  // `lines` must outlive the reader.
  explicit CsvReader(LineReader& lines) : lines_(lines) {}

  // False at the end of the input or on an error (the line reader's status).
  bool Next(CsvRecord* record);
  // The last record was its first line only.
  void GiveUp();

 private:
  struct Piece {  // a line that is kept
    size_t begin = 0;
    size_t size = 0;
    size_t end = 0;  // behind its line end
    uint64_t number = 0;
    uint64_t offset = 0;
    bool too_long = false;
    bool odd = false;
  };

  bool KeepLine();
  void Keep(const Line& line);
  void DropTaken();
  void Gather(CsvRecord* record);

  LineReader& lines_;
  std::string kept_;
  std::vector<Piece> pieces_;
  size_t next_ = 0;   // the piece with which the next record begins
  size_t first_ = 0;  // the one with which the last began
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_CSV_READER_H_
