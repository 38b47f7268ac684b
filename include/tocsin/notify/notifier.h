// Notifier: the way to one receiver. SMTP, a log, a file are notifiers; a host may bring its own.
//
//   class MyPager : public tocsin::Notifier {
//     tocsin::Delivery Deliver(const tocsin::Notification& notification) override {
//       return Page(notification.alerts) ? tocsin::Delivery::Delivered() : tocsin::Delivery::TryAgain("pager is busy");
//     }
//   };
#ifndef TOCSIN_NOTIFY_NOTIFIER_H_
#define TOCSIN_NOTIFY_NOTIFIER_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"
#include "tocsin/route/route_spec.h"
#include "tocsin/rule/alert.h"

namespace tocsin {

// What one receiver is told: one or more alerts.
struct Notification {
  std::string key;                  // the idempotency key: the same on every try
  std::string receiver;             // its name in the config
  std::vector<AlertChange> alerts;  // at least one
};

// What came of one try.
struct Delivery {
  enum class Outcome { kDelivered, kTryAgain, kFailed };
  Outcome outcome = Outcome::kDelivered;
  std::string detail;                   // why not, for a person: "smtp.example.com:587: authentication failed (535)"
  std::optional<Duration> retry_after;  // what the other side asked for

  static Delivery Delivered() { return {}; }
  static Delivery TryAgain(std::string why) { return {Outcome::kTryAgain, std::move(why), {}}; }
  static Delivery Failed(std::string why) { return {Outcome::kFailed, std::move(why), {}}; }
  bool ok() const { return outcome == Outcome::kDelivered; }
};

// Threads: Deliver is called by one thread at a time. It may block for as long as its own time limit.
class Notifier {
 public:
  virtual ~Notifier() = default;
  virtual Delivery Deliver(const Notification& notification) = 0;
};

// The notifier that a spec declares. InvalidArgument with the place in the config when an option is missing, unknown or
// wrong; nothing is connected to and no secret is read before the first delivery.
absl::StatusOr<std::unique_ptr<Notifier>> MakeNotifier(const NotifierSpec& spec);
// The same checks without making one: adds each mistake.
void CheckNotifier(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_NOTIFIER_H_
