// ConfigBuilder: a config in code, all that a file can say, a sentence for each entry.
//
//   absl::StatusOr<tocsin::Config> config =
//       tocsin::ConfigBuilder()
//           .AllowedLateness(90min)
//           .EventType("refund").Attribute("country", Kind::kString).Attribute("amount", Type::Decimal(3)).Min(0)
//           .Metric("refunds_24h").Event("refund").Aggregate("sum(amount)").Window(24h).By("country")
//           .Rule("RefundSpike").When("refunds_24h > 500").For(1h).Severity("critical")
//           .Summary("Refunds of {refunds_24h:.2f} in {country}")
//           .Build();
//
// What begins an entry (EventType, Key, Profile, Metric, Pattern, Session, Rule, Receiver) answers with a builder of
// that entry, which can also begin the next. A builder may be kept, and used in a loop: `auto metric =
// builder.Metric("visits"); for (...) metric.By(key);`. All builders that come from one, and their copies, build the
// same config.
//
// Words, defaults and meanings are those of the file (docs/config.md). Nothing is checked before Build, which tells
// every mistake at once; names given twice are mistakes, too. Durations are std::chrono's.
// Threads: builders of one config are one thread's at a time. Cost: cold, it allocates.
#ifndef TOCSIN_CONFIG_BUILDER_H_
#define TOCSIN_CONFIG_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"
#include "tocsin/config/config.h"
#include "tocsin/event/type.h"

namespace tocsin {

class EventBuilder;
class KeyBuilder;
class ProfileBuilder;
class MetricBuilder;
class PatternBuilder;
class SessionBuilder;
class RuleBuilder;
class ReceiverBuilder;

class ConfigBuilder {
 public:
  ConfigBuilder() : config_(std::make_shared<Config>()) {}

  // `ingest`
  ConfigBuilder AllowedLateness(Duration lateness);
  ConfigBuilder Deduplicate(Duration remembered);
  ConfigBuilder MaxIds(int64_t ids);
  ConfigBuilder Reorder(Duration held);
  ConfigBuilder IgnoreUnknownEvents();

  // `limits` and `strict_cel`
  ConfigBuilder LimitGroups(int64_t groups);
  ConfigBuilder LimitMemory(int64_t bytes);
  ConfigBuilder LimitEvidence(int64_t bytes);
  ConfigBuilder StrictCel();

  // What no file can say: the host's functions (host.risky(x)); regular expressions other than RE2's, which are there
  // by themselves if built in; what an expression may cost.
  ConfigBuilder Functions(std::shared_ptr<const HostFunctions> functions);
  ConfigBuilder Regex(std::shared_ptr<const RegexEngine> regex);
  ConfigBuilder LimitExpressions(ExpressionLimits limits);

  // Each begins an entry.
  EventBuilder EventType(std::string name);
  KeyBuilder Key(std::string name);
  ProfileBuilder Profile(std::string key);
  MetricBuilder Metric(std::string name);
  PatternBuilder Pattern(std::string name);
  SessionBuilder Session(std::string name);
  RuleBuilder Rule(std::string name);
  ReceiverBuilder Receiver(std::string name);
  // Who is told.
  ConfigBuilder Route(SourceText receiver);

  // The config, if it has no mistakes (CheckConfig).
  absl::StatusOr<Config> Build() const;
  // What has been said so far, unchecked. Borrowed from the builder; from one that is about to go away, a copy.
  const Config& config() const& { return *config_; }
  Config config() && { return *config_; }

 protected:
  std::shared_ptr<Config> config_;  // of all builders that come from one
};

class EventBuilder : public ConfigBuilder {
 public:
  EventBuilder Attribute(std::string name, Type type);
  // Of the attribute named last.
  EventBuilder From(std::string path);
  EventBuilder Min(double min);
  EventBuilder Max(double max);

 private:
  friend class ConfigBuilder;
  explicit EventBuilder(const ConfigBuilder& builder);
  EventSpec& event() const { return config_->engine.events[index_]; }
  AttributeSpec& attribute() const;
  size_t index_;
};

class KeyBuilder : public ConfigBuilder {
 public:
  KeyBuilder ExpireAfter(Duration silence);
  KeyBuilder MaxGroups(int64_t groups);

 private:
  friend class ConfigBuilder;
  explicit KeyBuilder(const ConfigBuilder& builder);
  KeySpec& key() const { return config_->engine.keys[index_]; }
  size_t index_;
};

class ProfileBuilder : public ConfigBuilder {
 public:
  // One event type or attribute, or several; further calls add to them.
  template <typename... Names>
  ProfileBuilder From(Names... events) {
    (profile().events.push_back(SourceText(std::move(events))), ...);
    return *this;
  }
  template <typename... Names>
  ProfileBuilder Attributes(Names... attributes) {
    (profile().attributes.push_back(SourceText(std::move(attributes))), ...);
    return *this;
  }

 private:
  friend class ConfigBuilder;
  explicit ProfileBuilder(const ConfigBuilder& builder);
  ProfileSpec& profile() const { return config_->engine.profiles[index_]; }
  size_t index_;
};

class MetricBuilder : public ConfigBuilder {
 public:
  // An aggregate over events of one type, or of several.
  template <typename... Names>
  MetricBuilder Event(Names... types) {
    (metric().events.push_back(SourceText(std::move(types))), ...);
    return *this;
  }
  // Over the groups of a metric that is kept by more keys, instead of over events.
  MetricBuilder Over(SourceText metric);
  MetricBuilder Aggregate(SourceText aggregate);
  MetricBuilder Where(SourceText condition);
  MetricBuilder Window(Duration window);
  // The present hour, day, week or month of a zone (its IANA name), or with Closed() the last complete one.
  MetricBuilder Calendar(CalendarUnit unit, SourceText zone = SourceText("UTC"));
  MetricBuilder Closed();
  MetricBuilder Last(int64_t events);
  template <typename... Names>
  MetricBuilder By(Names... keys) {
    (metric().by.push_back(SourceText(std::move(keys))), ...);
    return *this;
  }
  MetricBuilder Exact();
  MetricBuilder Slices(Duration width);

  // Or an expression over other metrics.
  MetricBuilder Value(SourceText expression);
  MetricBuilder Every(Duration period);

  // Or a score of parts, each an expression from what is bad to what is good.
  MetricBuilder Part(std::string name, SourceText expression, double weight = 1, double bad = 0, double good = 1);

 private:
  friend class ConfigBuilder;
  explicit MetricBuilder(const ConfigBuilder& builder);
  MetricSpec& metric() const { return config_->engine.metrics[index_]; }
  size_t index_;
};

class PatternBuilder : public ConfigBuilder {
 public:
  // The next step: an event of one of these types.
  template <typename... Names>
  PatternBuilder Step(Names... types) {
    AddStep({SourceText(std::move(types))...}, /*absent=*/false);
    return *this;
  }
  // None of these, from the step before until the next one, or the end.
  template <typename... Names>
  PatternBuilder Not(Names... types) {
    AddStep({SourceText(std::move(types))...}, /*absent=*/true);
    return *this;
  }
  // The steps are a funnel's (PatternSpec::funnel).
  PatternBuilder Funnel();
  PatternBuilder Window(Duration window);
  template <typename... Names>
  PatternBuilder Per(Names... keys) {
    (pattern().per.push_back(SourceText(std::move(keys))), ...);
    return *this;
  }
  // Of the step named last.
  PatternBuilder As(std::string name);
  PatternBuilder Times(int64_t times);
  PatternBuilder StepWhere(SourceText condition);

  PatternBuilder Within(Duration within);
  template <typename... Names>
  PatternBuilder By(Names... keys) {
    (pattern().by.push_back(SourceText(std::move(keys))), ...);
    return *this;
  }
  PatternBuilder Where(SourceText condition);
  PatternBuilder Emit(std::string attribute, SourceText expression);
  PatternBuilder NoOverlap();
  PatternBuilder ReorderWithin(Duration held);

 private:
  friend class ConfigBuilder;
  explicit PatternBuilder(const ConfigBuilder& builder);
  PatternSpec& pattern() const { return config_->engine.patterns[index_]; }
  StepSpec& step() const;
  void AddStep(std::vector<SourceText> events, bool absent);
  size_t index_;
};

class SessionBuilder : public ConfigBuilder {
 public:
  template <typename... Names>
  SessionBuilder Event(Names... types) {
    (session().events.push_back(SourceText(std::move(types))), ...);
    return *this;
  }
  SessionBuilder Where(SourceText condition);
  SessionBuilder Gap(Duration gap);
  template <typename... Names>
  SessionBuilder By(Names... keys) {
    (session().by.push_back(SourceText(std::move(keys))), ...);
    return *this;
  }
  SessionBuilder Emit(std::string attribute, SourceText expression);

 private:
  friend class ConfigBuilder;
  explicit SessionBuilder(const ConfigBuilder& builder);
  SessionSpec& session() const { return config_->engine.sessions[index_]; }
  size_t index_;
};

class RuleBuilder : public ConfigBuilder {
 public:
  RuleBuilder When(SourceText condition);
  // One severity of several, the highest first.
  RuleBuilder When(std::string severity, SourceText condition);
  RuleBuilder ResolveWhen(SourceText condition);
  RuleBuilder Scope(SourceText condition);
  RuleBuilder Severity(std::string severity);

  // Of a rule that looks at single events.
  template <typename... Names>
  RuleBuilder Event(Names... types) {
    (rule().events.push_back(SourceText(std::move(types))), ...);
    return *this;
  }
  template <typename... Names>
  RuleBuilder ResolveEvent(Names... types) {
    (rule().resolve_events.push_back(SourceText(std::move(types))), ...);
    return *this;
  }
  template <typename... Names>
  RuleBuilder By(Names... keys) {
    (rule().by.push_back(SourceText(std::move(keys))), ...);
    return *this;
  }
  RuleBuilder TellOnce();  // `tell_again: false`

  RuleBuilder For(Duration hold);
  RuleBuilder KeepFiringFor(Duration keep);
  RuleBuilder Every(Duration period);
  RuleBuilder WhenNoData(OnNoData meaning);
  RuleBuilder IgnoreWarmUp();
  RuleBuilder Flapping(int64_t changes, Duration within);

  RuleBuilder Label(std::string name, std::string value);
  RuleBuilder Summary(SourceText text);
  RuleBuilder Annotation(std::string name, SourceText text);

 private:
  friend class ConfigBuilder;
  explicit RuleBuilder(const ConfigBuilder& builder);
  RuleSpec& rule() const { return config_->engine.rules[index_]; }
  size_t index_;
};

class ReceiverBuilder : public ConfigBuilder {
 public:
  // One way to reach it: Notifier("email", {{"to", "finance@example.com"}}).
  ReceiverBuilder Notifier(std::string kind, std::vector<std::pair<std::string, SourceText>> options = {});

 private:
  friend class ConfigBuilder;
  explicit ReceiverBuilder(const ConfigBuilder& builder);
  size_t index_;
};

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_BUILDER_H_
