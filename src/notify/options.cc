#include "notify/options.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "fmt/format.h"
#include "notify/secret.h"

namespace tocsin {
namespace {

// Options of every receiver's entry that come with the outbox, and of transports that have them later.
constexpr std::string_view kNotYet[] = {"fallback", "give_up_after", "max_per_hour", "subject", "template", "headers"};

}  // namespace

OptionReader::OptionReader(const NotifierSpec& spec, std::string_view bare, std::vector<Diagnostic>* diagnostics)
    : spec_(spec), bare_(bare), diagnostics_(diagnostics), mistakes_before_(diagnostics->size()) {}

bool OptionReader::IsNamed(const std::string& key, std::string_view name) const {
  return key == name || (name == bare_ && key == spec_.kind);
}

void OptionReader::Mistake(std::string_view name, const SourceText& where, std::string message, std::string hint) {
  diagnostics_->push_back(where.Error(std::move(message), std::move(hint), fmt::format("{}, {}", spec_.kind, name)));
}

std::vector<const SourceText*> OptionReader::Repeated(std::string_view name) {
  known_.emplace_back(name);
  std::vector<const SourceText*> values;
  for (const auto& [key, value] : spec_.options) {
    if (!IsNamed(key, name)) continue;
    if (value.empty()) {
      Mistake(name, value, fmt::format("'{}' has no value", name));
    } else if (std::string mistake = ReferenceMistake(value.text()); !mistake.empty()) {
      Mistake(name, value, std::move(mistake), "env:NAME and file:PATH stand for what they name");
    } else {
      values.push_back(&value);
    }
  }
  return values;
}

const SourceText* OptionReader::Optional(std::string_view name) {
  const std::vector<const SourceText*> values = Repeated(name);
  if (values.size() > 1) Mistake(name, *values[1], fmt::format("'{}' takes one value", name));
  return values.size() == 1 ? values.front() : nullptr;
}

void OptionReader::CheckGiven(std::string_view name, std::string_view meaning) {
  for (const auto& [key, value] : spec_.options) {
    if (IsNamed(key, name)) return;
  }
  diagnostics_->push_back(
      spec_.origin.Error(fmt::format("{} needs '{}', {}", spec_.kind, name, meaning), {}, spec_.kind));
}

const SourceText* OptionReader::Required(std::string_view name, std::string_view meaning) {
  CheckGiven(name, meaning);
  return Optional(name);
}

std::vector<const SourceText*> OptionReader::RequiredRepeated(std::string_view name, std::string_view meaning) {
  CheckGiven(name, meaning);
  return Repeated(name);
}

std::optional<Duration> OptionReader::OptionalDuration(std::string_view name) {
  const SourceText* text = Optional(name);
  if (text == nullptr) return std::nullopt;
  const absl::StatusOr<Duration> duration = ParseDuration(text->text());
  if (!duration.ok()) {
    Mistake(name, *text, std::string(duration.status().message()));
    return std::nullopt;
  }
  if (*duration <= Duration::zero()) {
    Mistake(name, *text, fmt::format("'{}' must be longer than nothing", name));
    return std::nullopt;
  }
  return *duration;
}

bool OptionReader::Finish() {
  for (const auto& option : spec_.options) {
    const std::string& key = option.first;
    const SourceText& value = option.second;
    const bool known =
        std::any_of(known_.begin(), known_.end(), [&](const std::string& name) { return IsNamed(key, name); });
    if (known) continue;
    if (std::find(std::begin(kNotYet), std::end(kNotYet), key) != std::end(kNotYet)) {
      Mistake(key, value, fmt::format("the option '{}' of {} is not supported yet", key, spec_.kind));
      continue;
    }
    const std::string closest = ClosestName(key, known_);
    Mistake(key, value, fmt::format("{} has no option '{}'", spec_.kind, key),
            closest.empty() ? fmt::format("it has {}", fmt::join(known_, ", "))
                            : fmt::format("did you mean '{}'?", closest));
  }
  return diagnostics_->size() == mistakes_before_;
}

}  // namespace tocsin
