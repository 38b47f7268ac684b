// EngineSpec -> Plan: what a user declared, checked and compiled. A plan is immutable; any number of engines, on any
// threads, run the same one.
#ifndef TOCSIN_ENGINE_PLAN_H_
#define TOCSIN_ENGINE_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tocsin/base/time.h"
#include "tocsin/derive/pattern_spec.h"
#include "tocsin/event/catalog.h"
#include "tocsin/expr/expression.h"
#include "tocsin/metric/metric_spec.h"
#include "tocsin/rule/rule_spec.h"

namespace tocsin {

// How much an engine may hold (docs/semantics.md 5.9).
struct LimitSpec {
  std::optional<int64_t> max_groups;     // of every grouping
  std::optional<int64_t> max_memory;     // bytes, of all groups together (docs/semantics.md 5.9)
  int64_t evidence_memory = 64LL << 20;  // bytes of the ring of last events; 0: none are kept
};

struct EngineSpec {
  Duration allowed_lateness = std::chrono::seconds(10);
  std::optional<Duration> deduplicate;  // how long an id is remembered; nothing: not at all
  int64_t max_ids = 10'000'000;         // how many are
  Duration reorder{};                   // how long events are held, to be put in order
  bool ignore_unknown_events = false;   // `unknown_events: ignore`
  bool strict_cel = false;
  ExpressionLimits expression_limits{};              // of every condition and value
  std::shared_ptr<const HostFunctions> functions{};  // the host's own, for conditions: host.risky(x)
  std::shared_ptr<const RegexEngine> regex{};  // for `matches`; a config that was read or built has RE2, if built in
  std::vector<EventSpec> events;
  std::vector<KeySpec> keys;
  std::vector<ProfileSpec> profiles;
  std::vector<MetricSpec> metrics;
  std::vector<PatternSpec> patterns;
  std::vector<SessionSpec> sessions;
  std::vector<RuleSpec> rules;
  LimitSpec limits;
};

inline Language LanguageOf(const EngineSpec& spec) {
  Language language(spec.strict_cel);
  language.limits = spec.expression_limits;
  language.functions = spec.functions;
  language.regex = spec.regex;
  return language;
}

// One line of what a plan does, for `tocsin check`.
struct MetricInfo {
  std::string name;
  Type type;
  std::vector<std::string> keys;   // its grouping
  std::string aggregate;           // as written; of an expression, the expression
  bool is_expression = false;      // over other metrics
  std::string over;                // of a rollup: the metric whose groups it puts together
  std::string past_of;             // of previous(metric, D) in some expression: the metric
  std::optional<Duration> window;  // of time
  std::optional<CalendarSpec> calendar;
  std::optional<int64_t> last;  // of the newest events; none of these: all
  Duration slice{};             // the width of a slice when it keeps slices; 0: always exact
};
struct RuleInfo {
  std::string name;
  std::vector<std::string> keys;
  std::vector<std::string> metrics;  // what its conditions read
  std::string version;
};

// Events that are made of events: a pattern, a session, the changes of a rule's alerts.
struct DerivedInfo {
  std::string name;                // the event type: "undelivered", "alert.RefundSpike"
  std::vector<std::string> keys;   // its grouping
  EventSpec event;                 // its attributes
  std::optional<Duration> within;  // of a pattern
  std::optional<Duration> gap;     // of a session
};

class Plan {
 public:
  // Every mistake at once: the status carries them (DiagnosticsOf).
  static absl::StatusOr<std::shared_ptr<const Plan>> Create(const EngineSpec& spec);
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  // The events that may arrive.
  const Catalog& catalog() const;
  // Those that are derived, by name.
  const std::vector<DerivedInfo>& derived() const;
  const EngineSpec& spec() const;
  // By name, ascending.
  const std::vector<MetricInfo>& metrics() const;
  const std::vector<RuleInfo>& rules() const;
  const MetricInfo* FindMetric(std::string_view name) const;
  // The number of an event type and the slot of its attribute, for EventView; nothing when there is none.
  std::optional<uint32_t> Type(std::string_view event) const { return catalog().FindEvent(event); }
  std::optional<uint32_t> Slot(std::string_view event, std::string_view attribute) const;

  struct Layout;  // what an engine runs: private, in src/engine/layout.h
  const Layout& layout() const { return *layout_; }

 private:
  Plan();
  std::unique_ptr<const Layout> layout_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_PLAN_H_
