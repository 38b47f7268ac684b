// What questions from outside have in common.
#ifndef TOCSIN_ENGINE_QUERY_H_
#define TOCSIN_ENGINE_QUERY_H_

#include <string_view>

#include "engine/read.h"
#include "tocsin/event/value.h"

namespace tocsin {

// A key's value as text: "true", "-12", "France". A string is borrowed. False where it is none of that kind.
bool ParseKey(Kind kind, std::string_view text, Value* value);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_QUERY_H_
