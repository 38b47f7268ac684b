// CEL's strings extension over UTF-8. Places and lengths are in code points.
#ifndef TOCSIN_EXPR_TEXT_FUNCTIONS_H_
#define TOCSIN_EXPR_TEXT_FUNCTIONS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace tocsin {

// The byte where the first `part` at or behind the byte `begin` is; npos where there is none. Linear in both lengths,
// which std::string_view::find is not: a text that nearly matches everywhere must not hold an engine up.
size_t FindText(std::string_view text, std::string_view part, size_t begin = 0);

// Nothing where a place is outside the text.
std::optional<std::string_view> CharAt(std::string_view text, int64_t place);
std::optional<std::string_view> Substring(std::string_view text, int64_t begin, std::optional<int64_t> end);

// The place of the first, or last, `part` at or behind, or before, `from`; -1 when there is none. Nothing where `from`
// is outside the text.
std::optional<int64_t> IndexOf(std::string_view text, std::string_view part, std::optional<int64_t> from);
std::optional<int64_t> LastIndexOf(std::string_view text, std::string_view part, std::optional<int64_t> from);

// Without the white space, as Unicode has it, at both ends.
std::string_view Trim(std::string_view text);

// What lies between the places where `part` is found, `limit` pieces at most, the rest in the last; below 0: all. An
// empty part splits into code points.
void Split(std::string_view text, std::string_view part, int64_t limit,
           const std::function<void(std::string_view)>& piece);

// Its pieces when `limit` times (below 0: everywhere) `part` is replaced. An empty part is found before every code
// point and at the end.
void Replace(std::string_view text, std::string_view part, std::string_view by, int64_t limit,
             const std::function<void(std::string_view)>& piece);

// The code points from the last to the first.
void Reverse(std::string_view text, char* out);

std::optional<bool> ParseBool(std::string_view text);  // as CEL's bool(): "true", "T", "1"

}  // namespace tocsin

#endif  // TOCSIN_EXPR_TEXT_FUNCTIONS_H_
