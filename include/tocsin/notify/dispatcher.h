// Dispatcher: hands alert changes to the notifiers of the receiver that the route names. This first one is synchronous:
// each change is one notification, tried once, when it is told. Grouping, retries and the outbox take its place later.
#ifndef TOCSIN_NOTIFY_DISPATCHER_H_
#define TOCSIN_NOTIFY_DISPATCHER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tocsin/notify/notifier.h"
#include "tocsin/route/route_spec.h"
#include "tocsin/rule/alert.h"

namespace tocsin {

// One delivery that did not succeed.
struct FailedDelivery {
  std::string receiver;
  std::string notifier;  // its kind
  std::string key;
  std::string detail;
};

// The idempotency key is "(group)/(receiver)/(sequence number)": the alert's rule and labels, the receiver's name, and
// the change's own number in its engine, so that the same change has the same key after a restart as well:
//   RefundSpike{country="France",department="finance"}/finance/812
//
// Threads: externally synchronised. Pending and cancelled changes are not told to anybody.
class Dispatcher : public AlertSink {
 public:
  // `hosts` are notifiers that the host brings, by the name that `{host: name}` refers to.
  static absl::StatusOr<std::unique_ptr<Dispatcher>> Create(
      const std::vector<ReceiverSpec>& receivers, const RouteSpec& route,
      std::map<std::string, std::unique_ptr<Notifier>> hosts = {});

  // Delivers before it returns.
  void OnAlert(const AlertChange& change) override;

  uint64_t delivered() const { return delivered_; }
  const std::vector<FailedDelivery>& failed() const { return failed_; }

 private:
  struct Target {
    std::string kind;
    std::unique_ptr<Notifier> owned;
    Notifier* notifier = nullptr;
  };
  Dispatcher() = default;

  std::string receiver_;
  std::vector<Target> targets_;
  std::map<std::string, std::unique_ptr<Notifier>> hosts_;
  uint64_t delivered_ = 0;
  std::vector<FailedDelivery> failed_;
};

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_DISPATCHER_H_
