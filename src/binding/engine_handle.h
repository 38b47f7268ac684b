// EngineHandle: what the C ABI and the Python module share - an engine with its feed, the alert changes and dead
// letters that wait to be taken, and a lock around them. C++ hosts have AlertSink and DeadLetterSink instead, and bring
// their own lock.
#ifndef TOCSIN_BINDING_ENGINE_HANDLE_H_
#define TOCSIN_BINDING_ENGINE_HANDLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/engine.h"
#include "tocsin/engine/plan.h"
#include "tocsin/ingest/dead_letter.h"
#include "tocsin/ingest/feed.h"
#include "tocsin/rule/alert.h"

namespace tocsin::binding {

// A DeadLetter that owns its text.
struct KeptDeadLetter {
  explicit KeptDeadLetter(const DeadLetter& letter);
  DeadLetter view() const { return {source, line, offset, reason, detail, record}; }

  std::string source;
  uint64_t line = 0;
  uint64_t offset = 0;
  Reason reason = Reason::kNone;
  std::string detail;
  std::string record;
};

// Values of a metric by group.
struct MetricTable {
  std::vector<std::string> keys;  // the names of the metric's grouping
  std::vector<Engine::Ranked> rows;
};

// Threads: any, at any time; calls wait for each other. Throws nothing but what running out of memory throws: after
// that in a call that changes the engine, every further call throws std::runtime_error, because half of an event may be
// applied.
class EngineHandle {
 public:
  ~EngineHandle();
  // What the host brings is there for the configs of Reload too.
  static absl::StatusOr<std::unique_ptr<EngineHandle>> FromFile(const std::string& path, const HostParts& host = {});
  static absl::StatusOr<std::unique_ptr<EngineHandle>> FromString(std::string_view yaml, std::string_view name,
                                                                  const HostParts& host = {});

  // As Feed's. `accepted`, when it is not null, is how many events were taken, also when the file could not be read
  // to its end.
  std::optional<uint32_t> FindSource(std::string_view name);
  Reason Ingest(std::string_view record, std::string* detail, uint32_t source = 0);
  void IngestMany(std::span<const std::string_view> records, uint64_t* accepted, uint32_t source = 0);
  void IngestLines(std::string_view text, uint64_t* accepted, uint32_t source = 0);
  absl::Status IngestFile(const std::string& path, uint64_t* accepted, FileOptions options = {});

  void AdvanceTo(Time t);
  void Finish();
  std::optional<Time> now();
  absl::StatusOr<OwnedValue> Value(std::string_view metric, std::span<const Key> keys);
  // One row; all groups, ordered by key; those with the largest values.
  absl::StatusOr<MetricTable> Lookup(std::string_view metric, std::span<const Key> keys);
  absl::StatusOr<MetricTable> Scan(std::string_view metric);
  absl::StatusOr<MetricTable> Top(std::string_view metric, size_t count);
  tocsin::Statistics Statistics();

  // As Engine's. Changes and dead letters that wait are no part of a snapshot, and stay where they are in Restore and
  // Reload. A config with mistakes changes nothing.
  std::string Snapshot();
  absl::Status Restore(std::string_view snapshot);
  absl::Status ReloadFile(const std::string& path);
  absl::Status ReloadString(std::string_view yaml, std::string_view name);
  absl::StatusOr<Engine::Forgotten> Forget(std::string_view key, std::string_view value);
  absl::StatusOr<std::string> Export(std::string_view key, std::string_view value);

  // Changes wait in order, without a bound, until they are taken: an alert is never lost. Pending and cancelled ones
  // wait only while `wanted`, which is false at first.
  void WantPending(bool wanted);
  std::vector<AlertChange> PollAlerts();
  // Hands the first to `take`, and lets go of it when that has returned. False when none waits.
  template <typename Take>
  bool PollAlert(Take&& take) {
    return Read([&] { return HandOut(alerts_.waiting, take); });
  }

  // At most `limit` dead letters wait, none at first; what comes when they are full is counted by reason but not kept,
  // so that the first of a series stay.
  void KeepDeadLetters(size_t limit);
  std::vector<KeptDeadLetter> PollDeadLetters();
  template <typename Take>
  bool PollDeadLetter(Take&& take) {
    return Read([&] { return HandOut(dead_letters_.waiting, take); });
  }

 private:
  class AlertQueue : public AlertSink {
   public:
    void OnAlert(const AlertChange& change) override;
    std::deque<AlertChange> waiting;
    bool pending_wanted = false;
  };
  class DeadLetterQueue : public DeadLetterSink {
   public:
    void OnDeadLetter(const DeadLetter& letter) override;
    std::deque<KeptDeadLetter> waiting;
    size_t limit = 0;
  };

  struct Running {
    Running(std::shared_ptr<const Plan> plan, AlertSink* alerts) : engine(std::move(plan), alerts) {}
    Engine engine;
    std::optional<Feed> feed;  // of the engine's plan: made anew when that changes
  };

  static absl::StatusOr<std::unique_ptr<EngineHandle>> FromConfig(const absl::StatusOr<Config>& config,
                                                                  const HostParts& host);
  EngineHandle(std::shared_ptr<const Plan> plan, HostParts host);
  absl::Status StartFeed(const Config& config);
  absl::Status Reload(const absl::StatusOr<Config>& config);
  // The lock. Whoever asks for it while he has it, as a function of the host's might, would wait for himself: he is
  // told so by an std::logic_error.
  class Turn {
   public:
    explicit Turn(EngineHandle& handle);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    EngineHandle& handle_;
  };
  template <typename Body>
  auto Mutate(Body&& body);
  template <typename Body>
  auto Read(Body&& body) {
    const Turn turn(*this);
    CheckUsable();
    return body();
  }
  template <typename T, typename Take>
  static bool HandOut(std::deque<T>& queue, Take& take) {
    if (queue.empty()) return false;
    take(queue.front());
    queue.pop_front();
    return true;
  }
  void CheckUsable() const;

  const HostParts host_;
  std::atomic<std::thread::id> in_turn_{};  // who has the lock
  std::mutex mutex_;                        // guards all below
  AlertQueue alerts_;
  DeadLetterQueue dead_letters_;
  std::unique_ptr<Running> running_;
  bool broken_ = false;
};

}  // namespace tocsin::binding

#endif  // TOCSIN_BINDING_ENGINE_HANDLE_H_
