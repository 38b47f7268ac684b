#include "tocsin/config/builder.h"

#include "config/default_regex.h"

namespace tocsin {

ConfigBuilder ConfigBuilder::AllowedLateness(Duration lateness) {
  config_->engine.allowed_lateness = lateness;
  return *this;
}

ConfigBuilder ConfigBuilder::Deduplicate(Duration remembered) {
  config_->engine.deduplicate = remembered;
  return *this;
}

ConfigBuilder ConfigBuilder::MaxIds(int64_t ids) {
  config_->engine.max_ids = ids;
  return *this;
}

ConfigBuilder ConfigBuilder::Reorder(Duration held) {
  config_->engine.reorder = held;
  return *this;
}

ConfigBuilder ConfigBuilder::IgnoreUnknownEvents() {
  config_->engine.ignore_unknown_events = true;
  return *this;
}

ConfigBuilder ConfigBuilder::LimitGroups(int64_t groups) {
  config_->engine.limits.max_groups = groups;
  return *this;
}

ConfigBuilder ConfigBuilder::LimitMemory(int64_t bytes) {
  config_->engine.limits.max_memory = bytes;
  return *this;
}

ConfigBuilder ConfigBuilder::LimitEvidence(int64_t bytes) {
  config_->engine.limits.evidence_memory = bytes;
  return *this;
}

ConfigBuilder ConfigBuilder::StrictCel() {
  config_->engine.strict_cel = true;
  return *this;
}

ConfigBuilder ConfigBuilder::Functions(std::shared_ptr<const HostFunctions> functions) {
  config_->engine.functions = std::move(functions);
  return *this;
}

ConfigBuilder ConfigBuilder::Regex(std::shared_ptr<const RegexEngine> regex) {
  config_->engine.regex = std::move(regex);
  return *this;
}

ConfigBuilder ConfigBuilder::LimitExpressions(ExpressionLimits limits) {
  config_->engine.expression_limits = limits;
  return *this;
}

ConfigBuilder ConfigBuilder::Route(SourceText receiver) {
  config_->route.receiver = std::move(receiver);
  return *this;
}

absl::StatusOr<Config> ConfigBuilder::Build() const {
  Config config = *config_;
  if (config.engine.regex == nullptr) config.engine.regex = DefaultRegex();
  if (absl::Status status = CheckConfig(config); !status.ok()) return status;
  return config;
}

// --- events ---

EventBuilder::EventBuilder(const ConfigBuilder& builder)
    : ConfigBuilder(builder), index_(config_->engine.events.size()) {
  config_->engine.events.emplace_back();
}

EventBuilder ConfigBuilder::EventType(std::string name) {
  EventBuilder builder(*this);
  config_->engine.events.back().name = std::move(name);
  return builder;
}

EventBuilder EventBuilder::Attribute(std::string name, Type type) {
  event().attributes.emplace_back();
  attribute().name = std::move(name);
  attribute().type = type;
  return *this;
}

// Before the first attribute is named there is one without a name, which is a mistake that Build tells.
AttributeSpec& EventBuilder::attribute() const {
  if (event().attributes.empty()) event().attributes.emplace_back();
  return event().attributes.back();
}

EventBuilder EventBuilder::From(std::string path) {
  attribute().from = std::move(path);
  return *this;
}

EventBuilder EventBuilder::Min(double min) {
  attribute().min = min;
  return *this;
}

EventBuilder EventBuilder::Max(double max) {
  attribute().max = max;
  return *this;
}

// --- keys and profiles ---

KeyBuilder::KeyBuilder(const ConfigBuilder& builder) : ConfigBuilder(builder), index_(config_->engine.keys.size()) {
  config_->engine.keys.emplace_back();
}

KeyBuilder ConfigBuilder::Key(std::string name) {
  KeyBuilder builder(*this);
  config_->engine.keys.back().name = std::move(name);
  return builder;
}

KeyBuilder KeyBuilder::ExpireAfter(Duration silence) {
  key().expire_after = silence;
  return *this;
}

KeyBuilder KeyBuilder::MaxGroups(int64_t groups) {
  key().max_groups = groups;
  return *this;
}

ProfileBuilder::ProfileBuilder(const ConfigBuilder& builder)
    : ConfigBuilder(builder), index_(config_->engine.profiles.size()) {
  config_->engine.profiles.emplace_back();
}

ProfileBuilder ConfigBuilder::Profile(std::string key) {
  ProfileBuilder builder(*this);
  config_->engine.profiles.back().key = std::move(key);
  return builder;
}

// --- metrics ---

MetricBuilder::MetricBuilder(const ConfigBuilder& builder)
    : ConfigBuilder(builder), index_(config_->engine.metrics.size()) {
  config_->engine.metrics.emplace_back();
}

MetricBuilder ConfigBuilder::Metric(std::string name) {
  MetricBuilder builder(*this);
  config_->engine.metrics.back().name = std::move(name);
  return builder;
}

MetricBuilder MetricBuilder::Over(SourceText over) {
  metric().over = std::move(over);
  return *this;
}

MetricBuilder MetricBuilder::Aggregate(SourceText aggregate) {
  metric().aggregate = std::move(aggregate);
  return *this;
}

MetricBuilder MetricBuilder::Where(SourceText condition) {
  metric().where = std::move(condition);
  return *this;
}

MetricBuilder MetricBuilder::Window(Duration window) {
  metric().window = window;
  return *this;
}

MetricBuilder MetricBuilder::Calendar(CalendarUnit unit, SourceText zone) {
  if (!metric().calendar) metric().calendar.emplace();
  metric().calendar->unit = unit;
  metric().calendar->zone = std::move(zone);
  return *this;
}

MetricBuilder MetricBuilder::Closed() {
  if (!metric().calendar) metric().calendar.emplace();
  metric().calendar->closed = true;
  return *this;
}

MetricBuilder MetricBuilder::Last(int64_t events) {
  metric().last = events;
  return *this;
}

MetricBuilder MetricBuilder::Exact() {
  metric().resolution = {Resolution::Kind::kExact, {}};
  return *this;
}

MetricBuilder MetricBuilder::Slices(Duration width) {
  metric().resolution = {Resolution::Kind::kFixed, width};
  return *this;
}

MetricBuilder MetricBuilder::Value(SourceText expression) {
  metric().value = std::move(expression);
  return *this;
}

MetricBuilder MetricBuilder::Part(std::string name, SourceText expression, double weight, double bad, double good) {
  PartSpec part;
  part.name = std::move(name);
  part.value = std::move(expression);
  part.weight = weight;
  part.bad = bad;
  part.good = good;
  metric().parts.push_back(std::move(part));
  return *this;
}

MetricBuilder MetricBuilder::Every(Duration period) {
  metric().every = period;
  return *this;
}

// --- patterns ---

PatternBuilder::PatternBuilder(const ConfigBuilder& builder)
    : ConfigBuilder(builder), index_(config_->engine.patterns.size()) {
  config_->engine.patterns.emplace_back();
}

PatternBuilder ConfigBuilder::Pattern(std::string name) {
  PatternBuilder builder(*this);
  config_->engine.patterns.back().name = std::move(name);
  return builder;
}

void PatternBuilder::AddStep(std::vector<SourceText> events, bool absent) {
  StepSpec added;
  added.events = std::move(events);
  added.absent = absent;
  pattern().sequence.push_back(std::move(added));
}

StepSpec& PatternBuilder::step() const {
  if (pattern().sequence.empty()) pattern().sequence.emplace_back();  // a mistake, which Build tells
  return pattern().sequence.back();
}

PatternBuilder PatternBuilder::Funnel() {
  pattern().funnel = true;
  return *this;
}

PatternBuilder PatternBuilder::Window(Duration window) {
  pattern().window = window;
  return *this;
}

PatternBuilder PatternBuilder::As(std::string name) {
  step().name = std::move(name);
  return *this;
}

PatternBuilder PatternBuilder::Times(int64_t times) {
  step().times = times;
  return *this;
}

PatternBuilder PatternBuilder::StepWhere(SourceText condition) {
  step().where = std::move(condition);
  return *this;
}

PatternBuilder PatternBuilder::Within(Duration within) {
  pattern().within = within;
  return *this;
}

PatternBuilder PatternBuilder::Where(SourceText condition) {
  pattern().where = std::move(condition);
  return *this;
}

PatternBuilder PatternBuilder::Emit(std::string attribute, SourceText expression) {
  pattern().emit.emplace_back(std::move(attribute), std::move(expression));
  return *this;
}

PatternBuilder PatternBuilder::NoOverlap() {
  pattern().overlap = false;
  return *this;
}

PatternBuilder PatternBuilder::ReorderWithin(Duration held) {
  pattern().reorder = held;
  return *this;
}

// --- sessions ---

SessionBuilder::SessionBuilder(const ConfigBuilder& builder)
    : ConfigBuilder(builder), index_(config_->engine.sessions.size()) {
  config_->engine.sessions.emplace_back();
}

SessionBuilder ConfigBuilder::Session(std::string name) {
  SessionBuilder builder(*this);
  config_->engine.sessions.back().name = std::move(name);
  return builder;
}

SessionBuilder SessionBuilder::Where(SourceText condition) {
  session().where = std::move(condition);
  return *this;
}

SessionBuilder SessionBuilder::Gap(Duration gap) {
  session().gap = gap;
  return *this;
}

SessionBuilder SessionBuilder::Emit(std::string attribute, SourceText expression) {
  session().emit.emplace_back(std::move(attribute), std::move(expression));
  return *this;
}

// --- rules ---

RuleBuilder::RuleBuilder(const ConfigBuilder& builder) : ConfigBuilder(builder), index_(config_->engine.rules.size()) {
  config_->engine.rules.emplace_back();
}

RuleBuilder ConfigBuilder::Rule(std::string name) {
  RuleBuilder builder(*this);
  config_->engine.rules.back().name = std::move(name);
  return builder;
}

RuleBuilder RuleBuilder::When(SourceText condition) {
  rule().when = std::move(condition);
  return *this;
}

RuleBuilder RuleBuilder::When(std::string severity, SourceText condition) {
  rule().severities.push_back({std::move(severity), std::move(condition)});
  return *this;
}

RuleBuilder RuleBuilder::ResolveWhen(SourceText condition) {
  rule().resolve_when = std::move(condition);
  return *this;
}

RuleBuilder RuleBuilder::Scope(SourceText condition) {
  rule().scope = std::move(condition);
  return *this;
}

RuleBuilder RuleBuilder::Severity(std::string severity) {
  rule().severity = std::move(severity);
  return *this;
}

RuleBuilder RuleBuilder::TellOnce() {
  rule().tell_again = false;
  return *this;
}

RuleBuilder RuleBuilder::For(Duration hold) {
  rule().hold = hold;
  return *this;
}

RuleBuilder RuleBuilder::KeepFiringFor(Duration keep) {
  rule().keep_firing_for = keep;
  return *this;
}

RuleBuilder RuleBuilder::Every(Duration period) {
  rule().every = period;
  return *this;
}

RuleBuilder RuleBuilder::WhenNoData(OnNoData meaning) {
  rule().on_no_data = meaning;
  return *this;
}

RuleBuilder RuleBuilder::IgnoreWarmUp() {
  rule().warm_up = false;
  return *this;
}

RuleBuilder RuleBuilder::Flapping(int64_t changes, Duration within) {
  rule().flapping = FlappingSpec{changes, within};
  return *this;
}

RuleBuilder RuleBuilder::Label(std::string name, std::string value) {
  rule().labels.emplace_back(std::move(name), std::move(value));
  return *this;
}

RuleBuilder RuleBuilder::Summary(SourceText text) {
  rule().summary = std::move(text);
  return *this;
}

RuleBuilder RuleBuilder::Annotation(std::string name, SourceText text) {
  rule().annotations.emplace_back(std::move(name), std::move(text));
  return *this;
}

// --- receivers ---

ReceiverBuilder::ReceiverBuilder(const ConfigBuilder& builder)
    : ConfigBuilder(builder), index_(config_->receivers.size()) {
  config_->receivers.emplace_back();
}

ReceiverBuilder ConfigBuilder::Receiver(std::string name) {
  ReceiverBuilder builder(*this);
  config_->receivers.back().name = std::move(name);
  return builder;
}

ReceiverBuilder ReceiverBuilder::Notifier(std::string kind, std::vector<std::pair<std::string, SourceText>> options) {
  config_->receivers[index_].notifiers.push_back({std::move(kind), std::move(options), {}});
  return *this;
}

}  // namespace tocsin
