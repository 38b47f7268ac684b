#include "binding/engine_handle.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace tocsin::binding {
namespace {

uint64_t Accepted(const Engine& engine) { return engine.Statistics().events[static_cast<size_t>(Reason::kNone)]; }

template <typename T>
std::vector<T> TakeAll(std::deque<T>& queue) {
  std::vector<T> all(std::make_move_iterator(queue.begin()), std::make_move_iterator(queue.end()));
  queue.clear();
  return all;
}

}  // namespace

KeptDeadLetter::KeptDeadLetter(const DeadLetter& letter)
    : source(letter.source),
      line(letter.line),
      offset(letter.offset),
      reason(letter.reason),
      detail(letter.detail),
      record(letter.record) {}

void EngineHandle::AlertQueue::OnAlert(const AlertChange& change) {
  if (pending_wanted || !IsPendingChange(change.change)) waiting.push_back(change);
}

void EngineHandle::DeadLetterQueue::OnDeadLetter(const DeadLetter& letter) {
  if (waiting.size() < limit) waiting.emplace_back(letter);
}

absl::StatusOr<std::unique_ptr<EngineHandle>> EngineHandle::FromFile(const std::string& path, const HostParts& host) {
  return FromConfig(LoadConfig(path, host), host);
}

absl::StatusOr<std::unique_ptr<EngineHandle>> EngineHandle::FromString(std::string_view yaml, std::string_view name,
                                                                       const HostParts& host) {
  return FromConfig(ParseConfig(yaml, name, host), host);
}

absl::StatusOr<std::unique_ptr<EngineHandle>> EngineHandle::FromConfig(const absl::StatusOr<Config>& config,
                                                                       const HostParts& host) {
  if (!config.ok()) return config.status();
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
  if (!plan.ok()) return plan.status();
  std::unique_ptr<EngineHandle> handle(new EngineHandle(*std::move(plan), host));
  absl::Status started = handle->StartFeed(*config);
  if (!started.ok()) return started;
  return handle;
}

EngineHandle::EngineHandle(std::shared_ptr<const Plan> plan, HostParts host)
    : host_(std::move(host)), running_(std::make_unique<Running>(std::move(plan), &alerts_)) {}

absl::Status EngineHandle::StartFeed(const Config& config) {
  running_->feed.emplace(running_->engine, &dead_letters_);
  return running_->feed->AddSources(config.sources);
}

// A hash table that ran out of memory while it grew cannot be destroyed: it believes in the memory that it did not get.
// So a broken engine is left behind.
EngineHandle::~EngineHandle() {
  if (broken_) static_cast<void>(running_.release());
}

void EngineHandle::CheckUsable() const {
  if (broken_) throw std::runtime_error("this engine ran out of memory in an earlier call and cannot go on: free it");
}

EngineHandle::Turn::Turn(EngineHandle& handle) : handle_(handle) {
  if (handle.in_turn_.load(std::memory_order_relaxed) == std::this_thread::get_id())
    throw std::logic_error("this engine is in the middle of a call: a function of the host may not call it");
  handle.mutex_.lock();
  handle.in_turn_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

EngineHandle::Turn::~Turn() {
  handle_.in_turn_.store(std::thread::id(), std::memory_order_relaxed);
  handle_.mutex_.unlock();
}

template <typename Body>
auto EngineHandle::Mutate(Body&& body) {
  const Turn turn(*this);
  CheckUsable();
  try {
    return body();
  } catch (...) {
    broken_ = true;
    throw;
  }
}

std::optional<uint32_t> EngineHandle::FindSource(std::string_view name) {
  return Read([&] { return running_->feed->FindSource(name); });
}

Reason EngineHandle::Ingest(std::string_view record, std::string* detail, uint32_t source) {
  return Mutate([&] { return running_->feed->Ingest(record, detail, source); });
}

void EngineHandle::IngestMany(std::span<const std::string_view> records, uint64_t* accepted, uint32_t source) {
  Mutate([&] {
    uint64_t taken = 0;
    for (std::string_view record : records) taken += running_->feed->Ingest(record, nullptr, source) == Reason::kNone;
    if (accepted != nullptr) *accepted = taken;
  });
}

void EngineHandle::IngestLines(std::string_view text, uint64_t* accepted, uint32_t source) {
  Mutate([&] {
    const uint64_t before = Accepted(running_->engine);
    running_->feed->IngestLines(text, source);
    if (accepted != nullptr) *accepted = Accepted(running_->engine) - before;
  });
}

absl::Status EngineHandle::IngestFile(const std::string& path, uint64_t* accepted, FileOptions options) {
  return Mutate([&] {
    const uint64_t before = Accepted(running_->engine);
    absl::Status status = running_->feed->IngestFile(path, options);
    if (accepted != nullptr) *accepted = Accepted(running_->engine) - before;
    return status;
  });
}

void EngineHandle::Finish() {
  Mutate([&] { running_->engine.Finish(); });
}

void EngineHandle::AdvanceTo(Time t) {
  Mutate([&] { running_->engine.AdvanceTo(t); });
}

std::optional<Time> EngineHandle::now() {
  return Read([&] { return running_->engine.now(); });
}

absl::StatusOr<OwnedValue> EngineHandle::Value(std::string_view metric, std::span<const Key> keys) {
  return Read([&] { return running_->engine.Value(metric, keys); });
}

absl::StatusOr<MetricTable> EngineHandle::Lookup(std::string_view metric, std::span<const Key> keys) {
  return Read([&]() -> absl::StatusOr<MetricTable> {
    absl::StatusOr<OwnedValue> value = running_->engine.Value(metric, keys);
    if (!value.ok()) return value.status();
    MetricTable table{running_->engine.plan().FindMetric(metric)->keys, {}};
    Engine::Ranked& row = table.rows.emplace_back();
    row.value = *std::move(value);
    for (const std::string& name : table.keys) {
      const auto given = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
      row.keys.emplace_back(tocsin::Value::String(given->value));
    }
    return table;
  });
}

absl::StatusOr<MetricTable> EngineHandle::Scan(std::string_view metric) {
  return Read([&]() -> absl::StatusOr<MetricTable> {
    MetricTable table;
    auto visit = [](void* rows, std::span<const tocsin::Value> keys, const tocsin::Value& value) {
      Engine::Ranked& row = static_cast<std::vector<Engine::Ranked>*>(rows)->emplace_back();
      for (const tocsin::Value& key : keys) row.keys.emplace_back(key);
      row.value = OwnedValue(value);
    };
    absl::Status scanned = running_->engine.Scan(metric, visit, &table.rows);
    if (!scanned.ok()) return scanned;
    table.keys = running_->engine.plan().FindMetric(metric)->keys;
    return table;
  });
}

absl::StatusOr<MetricTable> EngineHandle::Top(std::string_view metric, size_t count) {
  return Read([&]() -> absl::StatusOr<MetricTable> {
    absl::StatusOr<std::vector<Engine::Ranked>> rows = running_->engine.Top(metric, count);
    if (!rows.ok()) return rows.status();
    return MetricTable{running_->engine.plan().FindMetric(metric)->keys, *std::move(rows)};
  });
}

std::string EngineHandle::Snapshot() {
  return Read([&] { return running_->engine.Snapshot(); });
}

absl::Status EngineHandle::Restore(std::string_view snapshot) {
  return Mutate([&] { return running_->engine.Restore(snapshot); });
}

absl::Status EngineHandle::ReloadFile(const std::string& path) { return Reload(LoadConfig(path, host_)); }

absl::Status EngineHandle::ReloadString(std::string_view yaml, std::string_view name) {
  return Reload(ParseConfig(yaml, name, host_));
}

absl::Status EngineHandle::Reload(const absl::StatusOr<Config>& config) {
  if (!config.ok()) return config.status();
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
  if (!plan.ok()) return plan.status();
  return Mutate([&] {
    // A feed reads records by its engine's plan.
    running_->feed.reset();
    running_->engine.Reload(*std::move(plan));
    return StartFeed(*config);
  });
}

absl::StatusOr<Engine::Forgotten> EngineHandle::Forget(std::string_view key, std::string_view value) {
  return Mutate([&] { return running_->engine.Forget(key, value); });
}

absl::StatusOr<std::string> EngineHandle::Export(std::string_view key, std::string_view value) {
  return Read([&] { return running_->engine.Export(key, value); });
}

tocsin::Statistics EngineHandle::Statistics() {
  return Read([&] { return running_->engine.Statistics(); });
}

void EngineHandle::WantPending(bool wanted) {
  Read([&] { alerts_.pending_wanted = wanted; });
}

std::vector<AlertChange> EngineHandle::PollAlerts() {
  return Read([&] { return TakeAll(alerts_.waiting); });
}

void EngineHandle::KeepDeadLetters(size_t limit) {
  Read([&] { dead_letters_.limit = limit; });
}

std::vector<KeptDeadLetter> EngineHandle::PollDeadLetters() {
  return Read([&] { return TakeAll(dead_letters_.waiting); });
}

}  // namespace tocsin::binding
