#include "expr/zone.h"

#include <algorithm>
#include <limits>

namespace tocsin {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Seconds east of UTC of "+02:00", "-9:30", "02:00".
std::optional<int> ParseOffset(std::string_view text) {
  const bool west = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 1 || colon > 2 || text.size() != colon + 3) return std::nullopt;
  int parts[2] = {0, 0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == colon) continue;
    if (!IsDigit(text[i])) return std::nullopt;
    int& part = parts[i < colon ? 0 : 1];
    part = part * 10 + (text[i] - '0');
  }
  if (parts[0] > 23 || parts[1] > 59) return std::nullopt;
  const int seconds = parts[0] * 3600 + parts[1] * 60;
  return west ? -seconds : seconds;
}

// What the database could call a zone. Anything else can be a path ("../x", "file:/x") or ask the machine what it is
// set to ("localtime", "libc:localtime"), and the same rules would then mean something else on another.
bool IsZoneName(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (name.empty() || !letter(name[0]) || name == "localtime") return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || IsDigit(c) || c == '_' || c == '+' || c == '-' || c == '/'; });
}

int64_t NanosOf(absl::Time time, int64_t otherwise) {
  const absl::Duration since = time - absl::UnixEpoch();
  const int64_t nanos = absl::ToInt64Nanoseconds(since);  // saturates
  const bool saturated = nanos == std::numeric_limits<int64_t>::max() || nanos == std::numeric_limits<int64_t>::min();
  return saturated ? otherwise : nanos;
}

}  // namespace

std::optional<Zone> Zone::Find(std::string_view name) {
  if (const std::optional<int> seconds = ParseOffset(name)) return Zone(absl::FixedTimeZone(*seconds));
  if (!IsZoneName(name)) return std::nullopt;
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(absl::string_view(name.data(), name.size()), &zone)) return std::nullopt;
  return Zone(zone);
}

ZoneOffset Zone::At(int64_t instant) const {
  const absl::Time time = absl::UnixEpoch() + absl::Nanoseconds(instant);
  ZoneOffset offset;
  offset.nanos = zone_.At(time).offset * kSecond;
  offset.begin = std::numeric_limits<int64_t>::min();
  offset.end = std::numeric_limits<int64_t>::max();
  absl::TimeZone::CivilTransition transition;
  // A change is given as what the clock shows before and after it. The earlier of both is what is skipped or repeated
  // then, and so says the instant. Changes are at full seconds, and both searches leave out the instant they are given.
  const auto instant_of = [&](int64_t otherwise) {
    return NanosOf(zone_.At(std::min(transition.from, transition.to)).trans, otherwise);
  };
  if (zone_.NextTransition(time, &transition)) offset.end = instant_of(offset.end);
  if (zone_.PrevTransition(time + absl::Seconds(1), &transition)) offset.begin = instant_of(offset.begin);
  if (!offset.Covers(instant)) offset.begin = offset.end = instant;  // said for this instant alone
  return offset;
}

}  // namespace tocsin
