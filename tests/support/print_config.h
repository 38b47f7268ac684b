// A config as text, every field of it, so that two can be compared by eye. Where things were declared is left out.
#ifndef TOCSIN_TESTS_SUPPORT_PRINT_CONFIG_H_
#define TOCSIN_TESTS_SUPPORT_PRINT_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "tocsin/config/config.h"

namespace tocsin::test {

inline std::string Print(const std::vector<SourceText>& names) {
  std::string text;
  for (const SourceText& name : names) text += name.text() + ",";
  return text;
}
inline std::string Print(Duration duration) { return FormatDuration(duration); }
inline std::string Print(int64_t number) { return fmt::format("{}", number); }
inline std::string Print(double number) { return fmt::format("{}", number); }
inline std::string Print(const CalendarSpec& calendar) {
  return fmt::format("{} of {}{}", static_cast<int>(calendar.unit), calendar.zone.text(),
                     calendar.closed ? ", closed" : "");
}
template <typename T>
std::string Print(const std::optional<T>& value) {
  return value ? Print(*value) : "-";
}

inline std::string Print(const EventSpec& event) {
  std::string text = fmt::format("event {}\n", event.name);
  for (const AttributeSpec& attribute : event.attributes) {
    text += fmt::format("  {}: {} from '{}' {} to {}\n", attribute.name, TypeName(attribute.type), attribute.from,
                        Print(attribute.min), Print(attribute.max));
  }
  return text;
}

inline std::string Print(const MetricSpec& metric) {
  std::string text = fmt::format(
      "metric {}: event {} over '{}' aggregate '{}' where '{}' value '{}' window {} calendar {} last {} by {} "
      "resolution {} {} "
      "every {}\n",
      metric.name, Print(metric.events), metric.over.text(), metric.aggregate.text(), metric.where.text(),
      metric.value.text(), Print(metric.window), Print(metric.calendar), Print(metric.last), Print(metric.by),
      static_cast<int>(metric.resolution.kind), Print(metric.resolution.width), Print(metric.every));
  for (const PartSpec& part : metric.parts)
    text += fmt::format("  part {} '{}' weight {} from {} to {}\n", part.name, part.value.text(), part.weight, part.bad,
                        part.good);
  return text;
}

inline std::string Print(const RuleSpec& rule) {
  std::string text = fmt::format(
      "rule {}: when '{}' severity '{}' resolve_when '{}' scope '{}'\n"
      "  event {} resolve_event {} by {} tell_again {}\n"
      "  for {} keep_firing_for {} every {} on_no_data {} warm_up {}\n  summary '{}'\n",
      rule.name, rule.when.text(), rule.severity, rule.resolve_when.text(), rule.scope.text(), Print(rule.events),
      Print(rule.resolve_events), Print(rule.by), rule.tell_again, Print(rule.hold), Print(rule.keep_firing_for),
      Print(rule.every), static_cast<int>(rule.on_no_data), rule.warm_up, rule.summary.text());
  if (rule.flapping) text += fmt::format("  flapping {} {}\n", rule.flapping->changes, Print(rule.flapping->within));
  for (const SeveritySpec& one : rule.severities) text += fmt::format("  {}: '{}'\n", one.severity, one.when.text());
  for (const auto& [name, value] : rule.labels) text += fmt::format("  label {} '{}'\n", name, value);
  for (const auto& [name, value] : rule.annotations) text += fmt::format("  annotation {} '{}'\n", name, value.text());
  return text;
}

inline std::string Print(const std::vector<EmitSpec>& emits) {
  std::string text;
  for (const auto& [name, value] : emits) text += fmt::format("  emit {} '{}'\n", name, value.text());
  return text;
}

inline std::string Print(const PatternSpec& pattern) {
  std::string text =
      fmt::format("pattern {}: {} within {} by {} where '{}' overlap {} reorder {} window {} per {}\n", pattern.name,
                  pattern.funnel, Print(pattern.within), Print(pattern.by), pattern.where.text(), pattern.overlap,
                  Print(pattern.reorder), Print(pattern.window), Print(pattern.per));
  for (const StepSpec& step : pattern.sequence) {
    text += fmt::format("  {}{} times {} as '{}' where '{}'\n", step.absent ? "not " : "", Print(step.events),
                        step.times, step.name.text(), step.where.text());
  }
  return text + Print(pattern.emit);
}

inline std::string Print(const SessionSpec& session) {
  return fmt::format("session {}: event {} where '{}' gap {} by {}\n", session.name, Print(session.events),
                     session.where.text(), Print(session.gap), Print(session.by)) +
         Print(session.emit);
}

inline std::string Print(const ReceiverSpec& receiver) {
  std::string text = fmt::format("receiver {}\n", receiver.name);
  for (const NotifierSpec& notifier : receiver.notifiers) {
    text += fmt::format("  {}:", notifier.kind);
    for (const auto& [name, value] : notifier.options) text += fmt::format(" {}='{}'", name, value.text());
    text += '\n';
  }
  return text;
}

inline std::string Print(const Config& config) {
  const EngineSpec& engine = config.engine;
  std::string text = fmt::format(
      "allowed_lateness {} deduplicate {} max_ids {} reorder {} ignore_unknown_events {} strict_cel {}\n"
      "max_groups {} max_memory {} evidence_memory {} expressions {} {} {}\nroute '{}'\n",
      Print(engine.allowed_lateness), Print(engine.deduplicate), engine.max_ids, Print(engine.reorder),
      engine.ignore_unknown_events, engine.strict_cel, Print(engine.limits.max_groups), Print(engine.limits.max_memory),
      engine.limits.evidence_memory, engine.expression_limits.max_source_bytes, engine.expression_limits.max_depth,
      engine.expression_limits.max_cost, config.route.receiver.text());
  for (const EventSpec& event : engine.events) text += Print(event);
  for (const KeySpec& key : engine.keys) {
    text +=
        fmt::format("key {} expire_after {} max_groups {}\n", key.name, Print(key.expire_after), Print(key.max_groups));
  }
  for (const ProfileSpec& profile : engine.profiles) {
    text += fmt::format("profile {} from {} attributes {}\n", profile.key, Print(profile.events),
                        Print(profile.attributes));
  }
  for (const MetricSpec& metric : engine.metrics) text += Print(metric);
  for (const PatternSpec& pattern : engine.patterns) text += Print(pattern);
  for (const SessionSpec& session : engine.sessions) text += Print(session);
  for (const RuleSpec& rule : engine.rules) text += Print(rule);
  for (const ReceiverSpec& receiver : config.receivers) text += Print(receiver);
  return text;
}

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SUPPORT_PRINT_CONFIG_H_
