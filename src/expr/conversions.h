// Conversions between text and values, as CEL's int(), double(), duration() and string() do them.
#ifndef TOCSIN_EXPR_CONVERSIONS_H_
#define TOCSIN_EXPR_CONVERSIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

std::optional<int64_t> ParseInt(std::string_view text);
// Also "NaN", "inf", "-Infinity".
std::optional<double> ParseDouble(std::string_view text);

// The whole part. Nothing for what is not within int, its very ends excluded (as CEL's reference implementations do).
std::optional<int64_t> DoubleToInt(double number);

// Nanoseconds of "1h30m", "-1.5s", "0"; units h m s ms us ns, and with `days_and_weeks` also d and w. What is smaller
// than a nanosecond is dropped. Nothing for other text, and for more than 292 years.
std::optional<int64_t> ParseCelDuration(std::string_view text, bool days_and_weeks);

// As string() gives it: seconds with a fraction, "5400s", "-0.5s".
std::string FormatCelDuration(int64_t nanos);
// The shortest text that reads back the same; "NaN", "Infinity", "-Infinity", "-0".
std::string FormatDouble(double number);

}  // namespace tocsin

#endif  // TOCSIN_EXPR_CONVERSIONS_H_
