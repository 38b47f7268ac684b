// Times as texts of a given format: the part of strptime that is the same everywhere.
#ifndef TOCSIN_INGEST_TIME_FORMAT_H_
#define TOCSIN_INGEST_TIME_FORMAT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time_read.h"
#include "tocsin/base/time.h"

namespace tocsin {

// Directives: %Y (four digits), %y (69 to 99 are 19..), %m %d %H %M %S (one or two digits), %I with %p (AM, PM), %b
// (English, three letters), %f (one to nine digits of a second), %z (Z, +hh:mm, +hhmm), %%. All else stands for itself.
class TimeFormat {
 public:
  struct Problem {
    size_t offset = 0;  // in the format's text
    size_t length = 0;
    std::string message;  // empty: there is none
  };
  // Replaces the format. It needs a year, a month and a day; no part may come twice.
  Problem Parse(std::string_view format);

  // kNotRfc3339 stands for a text that is not of this format. REQUIRES: the last Parse had no problem.
  TimeProblem Read(std::string_view text, Time* time) const;

 private:
  struct Step {
    char directive = 0;  // 0: the literal
    char literal = 0;
  };
  struct Parts;
  static bool ReadStep(const Step& step, std::string_view* text, Parts* parts);

  std::vector<Step> steps_;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_TIME_FORMAT_H_
