#include "binding/engine_handle.h"

#include <iterator>
#include <stdexcept>

#include "tocsin/config/config.h"

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

absl::StatusOr<std::unique_ptr<EngineHandle>> EngineHandle::FromFile(const std::string& path) {
  absl::StatusOr<Config> config = LoadConfig(path);
  if (!config.ok()) return config.status();
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
  if (!plan.ok()) return plan.status();
  return std::unique_ptr<EngineHandle>(new EngineHandle(*std::move(plan)));
}

absl::StatusOr<std::unique_ptr<EngineHandle>> EngineHandle::FromString(std::string_view yaml, std::string_view name) {
  absl::StatusOr<Config> config = ParseConfig(yaml, name);
  if (!config.ok()) return config.status();
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
  if (!plan.ok()) return plan.status();
  return std::unique_ptr<EngineHandle>(new EngineHandle(*std::move(plan)));
}

EngineHandle::EngineHandle(std::shared_ptr<const Plan> plan)
    : running_(std::make_unique<Running>(std::move(plan), &alerts_, &dead_letters_)) {}

// A hash table that ran out of memory while it grew cannot be destroyed: it believes in the memory that it did not get.
// So a broken engine is left behind.
EngineHandle::~EngineHandle() {
  if (broken_) static_cast<void>(running_.release());
}

void EngineHandle::CheckUsable() const {
  if (broken_) throw std::runtime_error("this engine ran out of memory in an earlier call and cannot go on: free it");
}

template <typename Body>
auto EngineHandle::Mutate(Body&& body) {
  std::lock_guard<std::mutex> lock(mutex_);
  CheckUsable();
  try {
    return body();
  } catch (...) {
    broken_ = true;
    throw;
  }
}

Reason EngineHandle::Ingest(std::string_view record, std::string* detail) {
  return Mutate([&] { return running_->feed.Ingest(record, detail); });
}

void EngineHandle::IngestMany(std::span<const std::string_view> records, uint64_t* accepted) {
  Mutate([&] {
    uint64_t taken = 0;
    for (std::string_view record : records) taken += running_->feed.Ingest(record) == Reason::kNone;
    if (accepted != nullptr) *accepted = taken;
  });
}

void EngineHandle::IngestLines(std::string_view text, uint64_t* accepted) {
  Mutate([&] {
    const uint64_t before = Accepted(running_->engine);
    running_->feed.IngestLines(text);
    if (accepted != nullptr) *accepted = Accepted(running_->engine) - before;
  });
}

absl::Status EngineHandle::IngestFile(const std::string& path, uint64_t* accepted) {
  return Mutate([&] {
    const uint64_t before = Accepted(running_->engine);
    absl::Status status = running_->feed.IngestFile(path);
    if (accepted != nullptr) *accepted = Accepted(running_->engine) - before;
    return status;
  });
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
