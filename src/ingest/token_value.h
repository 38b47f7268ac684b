// What stands in a record at an attribute's path, as a value of the attribute's type.
#ifndef TOCSIN_INGEST_TOKEN_VALUE_H_
#define TOCSIN_INGEST_TOKEN_VALUE_H_

#include <optional>
#include <string>
#include <string_view>

#include "ingest/time_reader.h"
#include "ingest/token.h"
#include "tocsin/event/catalog.h"
#include "tocsin/event/reason.h"
#include "tocsin/event/value.h"

namespace tocsin {

// The token as a value of the declared type and within its bounds; or the reason, and a sentence in `detail` where that
// is not null. Text is borrowed from the token. `times` reads timestamps and durations. REQUIRES: the token is not
// missing.
Reason TokenToValue(const AttributeSpec& attribute, const TimeReader& times, const Token& token, Value* value,
                    std::string* detail);

// Nothing for what is no truth value.
std::optional<bool> TruthOf(const Token& token);

// "the string 'abc'", "the number 1.5", "an object".
std::string DescribeToken(const Token& token);

// The text as it is shown in a sentence: its beginning, where it is long.
std::string Shortened(std::string_view text);

}  // namespace tocsin

#endif  // TOCSIN_INGEST_TOKEN_VALUE_H_
