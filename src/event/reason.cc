#include "tocsin/event/reason.h"

namespace tocsin {

std::string_view ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "accepted";
    case Reason::kMalformed:
      return "malformed";
    case Reason::kEmpty:
      return "empty";
    case Reason::kEncoding:
      return "encoding";
    case Reason::kNotAnObject:
      return "not_an_object";
    case Reason::kMissingType:
      return "missing_type";
    case Reason::kUnknownType:
      return "unknown_type";
    case Reason::kMissingTime:
      return "missing_time";
    case Reason::kBadTime:
      return "bad_time";
    case Reason::kOutOfRange:
      return "out_of_range";
    case Reason::kBadValue:
      return "bad_value";
    case Reason::kLate:
      return "late";
    case Reason::kDuplicate:
      return "duplicate";
    case Reason::kTooFarAhead:
      return "too_far_ahead";
    case Reason::kIgnored:
      return "ignored";
  }
  return "unknown";
}

}  // namespace tocsin
