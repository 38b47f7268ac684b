// What was not taken, with where it stood and why.
#ifndef TOCSIN_INGEST_DEAD_LETTER_H_
#define TOCSIN_INGEST_DEAD_LETTER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tocsin/event/reason.h"

namespace tocsin {

struct DeadLetter {
  std::string_view source;  // the mapping's name; empty: the flat form
  uint64_t line = 0;        // 1-based
  uint64_t offset = 0;      // of the record's first byte, in the uncompressed input
  Reason reason = Reason::kNone;
  std::string_view detail;
  std::string_view record;  // as it came
};

// One line of JSON without a newline; bytes of the record that are not UTF-8 become U+FFFD.
std::string ToJson(const DeadLetter& letter);

// What it is given is valid during the call only.
class DeadLetterSink {
 public:
  virtual ~DeadLetterSink() = default;
  virtual void OnDeadLetter(const DeadLetter& letter) = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_DEAD_LETTER_H_
