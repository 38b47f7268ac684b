// From a kind to its notifier.
#include <algorithm>
#include <iterator>

#include "fmt/format.h"
#include "notify/email_options.h"
#include "notify/kinds.h"
#include "notify/options.h"
#include "notify/secret.h"

namespace tocsin {
namespace {

constexpr std::string_view kNotYet[] = {"discord", "opsgenie", "pagerduty", "push",   "slack",
                                        "sms",     "teams",    "telegram",  "webhook"};

// The notifier of a spec, or null. Email without the library that sends it is checked all the same, so that a config is
// right or wrong wherever it is read.
std::unique_ptr<Notifier> Make(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics) {
  if (spec.kind == "log") return MakeLogNotifier(spec, diagnostics);
  if (spec.kind == "file") return MakeFileNotifier(spec, diagnostics);
  if (spec.kind == "email") {
#if defined(TOCSIN_WITH_CURL)
    return MakeEmailNotifier(spec, diagnostics);
#else
    ReadEmailOptions(spec, diagnostics);
    return nullptr;
#endif
  }
  if (spec.kind == "host") {
    HostName(spec, diagnostics);
    return nullptr;
  }
  if (std::find(std::begin(kNotYet), std::end(kNotYet), spec.kind) != std::end(kNotYet)) {
    diagnostics->push_back(spec.origin.Error(fmt::format("notifications by {} are not supported yet", spec.kind),
                                             "email, file, log and host are", spec.kind));
    return nullptr;
  }
  std::vector<std::string> kinds = {"email", "file", "host", "log"};
  kinds.insert(kinds.end(), std::begin(kNotYet), std::end(kNotYet));
  const std::string closest = ClosestName(spec.kind, kinds);
  diagnostics->push_back(spec.origin.Error(
      fmt::format("no kind of notifier is named '{}'", spec.kind),
      closest.empty() ? "there are email, file, log and host" : fmt::format("did you mean '{}'?", closest), spec.kind));
  return nullptr;
}

}  // namespace

const SourceText* HostName(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics) {
  OptionReader options(spec, "name", diagnostics);
  const SourceText* name =
      options.Required("name", "under which the program that embeds Tocsin registers its notifier");
  return options.Finish() ? name : nullptr;
}

void CheckNotifier(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics) {
  std::vector<Diagnostic> mistakes;
  Make(spec, &mistakes);
  HideSecrets(spec, &mistakes);
  std::move(mistakes.begin(), mistakes.end(), std::back_inserter(*diagnostics));
}

absl::StatusOr<std::unique_ptr<Notifier>> MakeNotifier(const NotifierSpec& spec) {
  std::vector<Diagnostic> mistakes;
  std::unique_ptr<Notifier> notifier = Make(spec, &mistakes);
  if (mistakes.empty() && notifier != nullptr) return notifier;
  if (mistakes.empty()) {
    // The spec is right, but nothing in this library can be made of it.
    mistakes.push_back(spec.origin.Error(
        spec.kind == "host"
            ? "a host's notifier is registered by the program that embeds Tocsin, not made from a config"
            : "this build of Tocsin has no email: build with TOCSIN_WITH_CURL=ON",
        {}, spec.kind));
  }
  HideSecrets(spec, &mistakes);
  return ToStatus(mistakes);
}

}  // namespace tocsin
