// How scenarios write instants, events and alert changes.
#ifndef TOCSIN_TESTS_SCENARIOS_TEXT_H_
#define TOCSIN_TESTS_SCENARIOS_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "tocsin/base/time.h"
#include "tocsin/rule/alert.h"

namespace tocsin::test {

std::vector<std::string> Words(const std::string& line);

// "a=b" -> a, b
std::pair<std::string, std::string> Pair(const std::string& text);

// "1h", "1h-1ns", "1h+1ns", "-30s", from the start.
Time Instant(const std::string& text);

// "+1h firing R country=FR", as an expectation without what it says of the JSON.
std::string ChangeLine(const AlertChange& change);
// The same of an expectation, with its offset in the common form.
std::string ChangeLine(const std::vector<std::string>& words);

// Whether the JSON of a change says "severity=high", "reason=none", "fired_at=+1h", "because=n = 2 > 1",
// "evidence=a,b".
bool Says(const std::string& json, const std::string& detail);

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SCENARIOS_TEXT_H_
