#include "tocsin/notify/dispatcher.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "fmt/format.h"
#include "notify/alert_text.h"
#include "notify/kinds.h"

namespace tocsin {
namespace {

template <typename Map>
std::string ClosestKey(const std::string& name, const Map& map) {
  std::vector<std::string> names;
  for (const auto& [key, value] : map) names.push_back(key);
  return ClosestName(name, names);
}

std::string DidYouMean(const std::string& closest) {
  return closest.empty() ? std::string() : fmt::format("did you mean '{}'?", closest);
}

const ReceiverSpec* FindReceiver(const std::vector<ReceiverSpec>& receivers, const SourceText& name,
                                 std::vector<Diagnostic>* mistakes) {
  std::vector<std::string> names;
  for (const ReceiverSpec& receiver : receivers) {
    if (receiver.name == name.text()) return &receiver;
    names.push_back(receiver.name);
  }
  mistakes->push_back(name.Error(fmt::format("no receiver named '{}'", name.text()),
                                 DidYouMean(ClosestName(name.text(), names)), "route, receiver"));
  return nullptr;
}

// A host's notifier is somebody else's code: what it throws ends here.
Delivery Try(Notifier& notifier, const Notification& notification) {
  try {
    return notifier.Deliver(notification);
  } catch (const std::exception& exception) {
    return Delivery::Failed(fmt::format("the notifier threw an exception: {}", exception.what()));
  } catch (...) {
    return Delivery::Failed("the notifier threw an exception");
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Dispatcher>> Dispatcher::Create(const std::vector<ReceiverSpec>& receivers,
                                                               const RouteSpec& route,
                                                               std::map<std::string, std::unique_ptr<Notifier>> hosts) {
  std::unique_ptr<Dispatcher> dispatcher(new Dispatcher());
  dispatcher->hosts_ = std::move(hosts);
  if (route.receiver.empty()) return dispatcher;

  std::vector<Diagnostic> mistakes;
  const ReceiverSpec* receiver = FindReceiver(receivers, route.receiver, &mistakes);
  if (receiver == nullptr) return ToStatus(mistakes);
  dispatcher->receiver_ = receiver->name;
  for (const NotifierSpec& spec : receiver->notifiers) {
    Target target;
    target.kind = spec.kind;
    if (spec.kind == "host") {
      const SourceText* name = HostName(spec, &mistakes);
      if (name == nullptr) continue;
      const auto host = dispatcher->hosts_.find(name->text());
      if (host != dispatcher->hosts_.end()) target.notifier = host->second.get();
      if (target.notifier == nullptr) {
        mistakes.push_back(name->Error(fmt::format("this program has registered no notifier named '{}'", name->text()),
                                       DidYouMean(ClosestKey(name->text(), dispatcher->hosts_)), "host"));
        continue;
      }
    } else {
      absl::StatusOr<std::unique_ptr<Notifier>> notifier = MakeNotifier(spec);
      if (!notifier.ok()) {
        std::vector<Diagnostic> of_notifier = DiagnosticsOf(notifier.status());
        mistakes.insert(mistakes.end(), of_notifier.begin(), of_notifier.end());
        continue;
      }
      target.owned = *std::move(notifier);
      target.notifier = target.owned.get();
    }
    dispatcher->targets_.push_back(std::move(target));
  }
  if (!mistakes.empty()) return ToStatus(mistakes);
  return dispatcher;
}

void Dispatcher::OnAlert(const AlertChange& change) {
  if (change.change == Change::kPending || change.change == Change::kCancelled) return;
  if (targets_.empty()) return;
  Notification notification;
  notification.receiver = receiver_;
  notification.key = fmt::format("{}/{}/{}", AlertName(change), receiver_, change.seq);
  notification.alerts.push_back(change);
  for (const Target& target : targets_) {
    Delivery delivery = Try(*target.notifier, notification);
    if (delivery.ok()) {
      ++delivered_;
    } else {
      failed_.push_back({receiver_, target.kind, notification.key, std::move(delivery.detail)});
    }
  }
}

}  // namespace tocsin
