// The cells of one CSV record, as RFC 4180 writes them.
#ifndef TOCSIN_INGEST_CSV_CELLS_H_
#define TOCSIN_INGEST_CSV_CELLS_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// One thread at a time.
class CsvCells {
 public:
  // `record` is without its line end; line ends in quotes are part of their cell. False when a quote is out of place:
  // then problem() is a sentence. Blanks belong to their cells.
  bool Split(std::string_view record);

  // Of the last record that was split; valid as long as its text, until the next Split.
  std::span<const std::string_view> cells() const { return cells_; }
  std::string_view problem() const { return problem_; }

 private:
  bool TakeQuoted(std::string_view record, size_t* at);

  std::vector<std::string_view> cells_;
  std::string unquoted_;  // texts of cells with doubled quotes
  std::string_view problem_;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_CSV_CELLS_H_
