// Versions, the names of constants, and times: what needs no engine. That the numbers of tocsin.h are those of the C++
// API is checked here, when it is compiled.
#include <string_view>

#include "absl/status/statusor.h"
#include "guard.h"
#include "tocsin.h"
#include "tocsin/base/time.h"
#include "tocsin/event/reason.h"
#include "tocsin/rule/alert.h"

using tocsin::Change;
using tocsin::Reason;
using tocsin::capi::CheckGiven;
using tocsin::capi::Guard;
using tocsin::capi::ReadText;

namespace {

constexpr bool Same(Reason reason, int number) { return static_cast<int>(reason) == number; }
constexpr bool Same(Change change, int number) { return static_cast<int>(change) == number; }

static_assert(Same(Reason::kNone, TOCSIN_REASON_NONE));
static_assert(Same(Reason::kMalformed, TOCSIN_REASON_MALFORMED));
static_assert(Same(Reason::kEmpty, TOCSIN_REASON_EMPTY));
static_assert(Same(Reason::kEncoding, TOCSIN_REASON_ENCODING));
static_assert(Same(Reason::kNotAnObject, TOCSIN_REASON_NOT_AN_OBJECT));
static_assert(Same(Reason::kMissingType, TOCSIN_REASON_MISSING_TYPE));
static_assert(Same(Reason::kUnknownType, TOCSIN_REASON_UNKNOWN_TYPE));
static_assert(Same(Reason::kMissingTime, TOCSIN_REASON_MISSING_TIME));
static_assert(Same(Reason::kBadTime, TOCSIN_REASON_BAD_TIME));
static_assert(Same(Reason::kOutOfRange, TOCSIN_REASON_OUT_OF_RANGE));
static_assert(Same(Reason::kBadValue, TOCSIN_REASON_BAD_VALUE));
static_assert(Same(Reason::kLate, TOCSIN_REASON_LATE));
static_assert(Same(Reason::kDuplicate, TOCSIN_REASON_DUPLICATE));
static_assert(Same(Reason::kTooFarAhead, TOCSIN_REASON_TOO_FAR_AHEAD));
static_assert(Same(Reason::kIgnored, TOCSIN_REASON_IGNORED));
static_assert(tocsin::kReasonCount == TOCSIN_REASON_IGNORED + 1, "a new reason needs its number in tocsin.h");

static_assert(Same(Change::kPending, TOCSIN_CHANGE_PENDING));
static_assert(Same(Change::kFiring, TOCSIN_CHANGE_FIRING));
static_assert(Same(Change::kResolved, TOCSIN_CHANGE_RESOLVED));
static_assert(Same(Change::kCancelled, TOCSIN_CHANGE_CANCELLED));
static_assert(Same(Change::kAgain, TOCSIN_CHANGE_AGAIN));
static_assert(Same(Change::kSeverity, TOCSIN_CHANGE_SEVERITY));

// The build knows the version from the project; the header cannot, and must agree.
static_assert(TOCSIN_VERSION_NUM == TOCSIN_PROJECT_MAJOR * 1000000 + TOCSIN_PROJECT_MINOR * 1000 + TOCSIN_PROJECT_PATCH,
              "TOCSIN_VERSION_NUM in tocsin.h is not the project's version");

}  // namespace

const char* tocsin_version(void) { return TOCSIN_PROJECT_VERSION; }
int32_t tocsin_version_number(void) { return TOCSIN_VERSION_NUM; }
int32_t tocsin_abi_version(void) { return TOCSIN_ABI_VERSION; }

// Both names are literals, so that their views end in a NUL.
const char* tocsin_reason_name(int32_t reason) {
  if (reason < 0 || static_cast<size_t>(reason) >= tocsin::kReasonCount) return nullptr;
  return tocsin::ReasonName(static_cast<Reason>(reason)).data();
}

const char* tocsin_change_name(int32_t change) {
  if (change < TOCSIN_CHANGE_PENDING || change > TOCSIN_CHANGE_SEVERITY) return nullptr;
  return tocsin::ChangeName(static_cast<Change>(change)).data();
}

int32_t tocsin_parse_time(const char* text, size_t text_length, int64_t* time_ns, tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(time_ns, "time_ns"));
    std::string_view written;
    TOCSIN_RETURN_IF_ERROR(ReadText(text, text_length, "text", &written));
    absl::StatusOr<tocsin::Time> time = tocsin::ParseTime(written);
    if (!time.ok()) return time.status();
    *time_ns = tocsin::ToNanos(*time);
    return absl::OkStatus();
  });
}
