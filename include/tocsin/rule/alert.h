// AlertChange: what an engine says when an alert begins, fires or ends, and its JSON form.
#ifndef TOCSIN_RULE_ALERT_H_
#define TOCSIN_RULE_ALERT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/base/time.h"
#include "tocsin/event/value.h"

namespace tocsin {

enum class Change : uint8_t {
  kPending = 1,    // the condition began to hold; `for` is running
  kFiring = 2,     // the alert fires
  kResolved = 3,   // it has ended
  kCancelled = 4,  // it ended while pending, untold
  kAgain = 5,      // a firing alert has seen one more of the events that its rule looks for
  kSeverity = 6,   // a firing alert has another severity
};
// "pending", "firing", "resolved", "cancelled", "again", "severity".
std::string_view ChangeName(Change change);
// What is left out unless it is asked for: an alert that has not fired, and its end. Nobody is notified of these.
constexpr bool IsPendingChange(Change change) { return change == Change::kPending || change == Change::kCancelled; }

// One of the last events behind an alert.
struct EvidenceEvent {
  std::string type;
  std::string id;  // empty: none
  Time time{};
  std::vector<std::pair<std::string, OwnedValue>> attributes;  // those that it had, by name
};

// A change owns all that it says, so it may be kept, queued and moved between threads.
//
// What is said of an end: `values` are those at the end, `summary` and `annotations` those of the last change before
// it, so that they still say why ("612.50 refunded", not "0.00 refunded").
struct AlertChange {
  Time time{};  // the engine's clock
  Change change = Change::kFiring;
  std::string rule;
  std::string severity;                                     // empty: none
  std::vector<std::pair<std::string, std::string>> labels;  // the group's keys and the static labels, by name
  Time active_at{};                                         // when the condition began to hold
  std::optional<Time> fired_at;
  std::optional<Time> resolved_at;
  std::string reason;   // why it ended, if not because it is clear: "rule_removed", "out_of_scope", "group_expired"
  uint64_t seq = 0;     // counts the changes of an engine, from 1
  std::string version;  // the rule's: a digest of its definition
  std::vector<std::pair<std::string, OwnedValue>> values;  // of the metrics in the condition, at this instant
  std::vector<std::string> because;                        // what held of the condition: "refunds_24h = 612.5 > 500"
  std::string summary;
  std::vector<std::pair<std::string, std::string>> annotations;  // by name, in the order of the rule
  std::vector<EvidenceEvent> evidence;                           // the latest first, as far as they are still held
};

// One line of JSON, without a newline: keys in a fixed order, what is absent left out, times in RFC 3339.
// The same bytes wherever it is called from: command, C, Python.
std::string ToJson(const AlertChange& change);

// Takes the changes of an engine, in order, on the thread that called it. It may read that engine (Value, Scan,
// Statistics); it must not ingest into it or advance it.
class AlertSink {
 public:
  virtual ~AlertSink() = default;
  virtual void OnAlert(const AlertChange& change) = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_RULE_ALERT_H_
