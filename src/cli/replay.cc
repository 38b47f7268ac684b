// `tocsin replay`: history through the engine.
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/snapshot_file.h"
#include "cli/summary.h"
#include "cli/trace.h"
#include "tocsin/config/config.h"
#include "tocsin/engine/engine.h"
#include "tocsin/ingest/feed.h"
#include "tocsin/notify/dispatcher.h"

namespace tocsin::cli {
namespace {

// Alert changes as JSON Lines, to the receivers where they are to be told, and into the counts.
class ReplaySink : public AlertSink {
 public:
  ReplaySink(const Plan& plan, bool pending, Output* output, Dispatcher* dispatcher)
      : counts_(plan), pending_(pending), output_(output), dispatcher_(dispatcher) {}

  void OnAlert(const AlertChange& change) override {
    counts_.Add(change);
    if (pending_ || !IsPendingChange(change.change)) output_->Write(ToJson(change) + "\n");
    if (dispatcher_ != nullptr) dispatcher_->OnAlert(change);
  }
  const AlertCounts& counts() const { return counts_; }

 private:
  AlertCounts counts_;
  bool pending_;
  Output* output_;
  Dispatcher* dispatcher_;
};

class DeadLetterFile : public DeadLetterSink {
 public:
  explicit DeadLetterFile(Output* output) : output_(output) {}
  void OnDeadLetter(const DeadLetter& letter) override { output_->Write(ToJson(letter) + "\n"); }

 private:
  Output* output_;
};

int Complain(int status, std::string_view message) {
  fmt::print(stderr, "{}{}\n", status == kRefused ? "" : "tocsin: ", message);
  return status;
}
int Complain(int status, const absl::Status& why) { return Complain(status, std::string(why.message())); }

// One replay, from its options to its exit status.
class Replayer {
 public:
  explicit Replayer(const ReplayOptions& options) : options_(options), progress_(!options.quiet) {}

  int Run() {
    if (int status = Prepare(); status != kFine) return status;
    const auto begin = std::chrono::steady_clock::now();
    int status = ReadEvents();
    if (status == kFine) status = End();
    progress_.Finish();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (int closed = CloseOutputs(); status == kFine) status = closed;
    // Where nothing could be read there is nothing more to tell.
    const bool nothing = status != kFine && engine_->Statistics().events == before_.events;
    if (!options_.quiet && !nothing)
      fmt::print(stderr, "{}", Summarise(*engine_, before_, sink_->counts(), dispatcher_.get(), seconds.count()));
    if (int told = ReportDeliveries(); status == kFine) status = told;
    return status;
  }

 private:
  // Everything that can be wrong before the first event.
  int Prepare() {
    if (!options_.until.empty()) {
      absl::StatusOr<Time> until = ParseTime(options_.until);
      if (!until.ok()) return Complain(kUsage, fmt::format("--until: {}", std::string(until.status().message())));
      until_ = *until;
    }
    absl::StatusOr<Config> config = LoadConfig(options_.rules);
    if (!config.ok()) return Complain(kRefused, config.status());
    absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
    if (!plan.ok()) return Complain(kRefused, plan.status());
    if (options_.notify) {
      if (config->route.receiver.empty())
        return Complain(kRefused, "--notify: the config has no route, so nobody would be told");
      absl::StatusOr<std::unique_ptr<Dispatcher>> dispatcher = Dispatcher::Create(config->receivers, config->route);
      if (!dispatcher.ok()) return Complain(kRefused, dispatcher.status());
      dispatcher_ = *std::move(dispatcher);
    }
    // A trace on standard output has it for itself.
    const bool alerts_wanted = options_.trace.empty() || options_.trace_out != "-" || options_.alerts != "-";
    absl::Status opened = alerts_wanted ? alerts_.Open(options_.alerts) : absl::OkStatus();
    if (opened.ok() && !options_.dead_letters.empty()) opened = dead_letters_.Open(options_.dead_letters);
    if (!opened.ok()) return Complain(kIoFailed, opened);
    sink_ = std::make_unique<ReplaySink>(**plan, options_.pending, &alerts_, dispatcher_.get());
    engine_ = std::make_unique<Engine>(*plan, sink_.get());
    if (int status = PrepareSnapshots(); status != kFine) return status;
    if (int status = PrepareFeed(*config); status != kFine) return status;
    return PrepareTrace();
  }

  int PrepareSnapshots() {
    if (!options_.snapshot_in.empty()) {
      absl::StatusOr<std::string> snapshot = ReadSnapshot(options_.snapshot_in);
      if (!snapshot.ok()) return Complain(kIoFailed, snapshot.status());
      if (absl::Status restored = engine_->Restore(*snapshot); !restored.ok()) {
        fmt::print(stderr, "tocsin: '{}': {}\n", options_.snapshot_in, std::string(restored.message()));
        return kRefused;
      }
    }
    before_ = engine_->Statistics();
    if (options_.snapshot_out.empty()) return kFine;
    absl::Status opened = snapshot_out_.Open(options_.snapshot_out);
    return opened.ok() ? kFine : Complain(kIoFailed, opened);
  }

  int PrepareTrace() {
    if (options_.trace.empty()) return kFine;
    absl::Status opened = trace_out_.Open(options_.trace_out);
    if (!opened.ok()) return Complain(kIoFailed, opened);
    absl::Status started = trace_.Start(engine_.get(), options_.trace, options_.trace_at, &trace_out_);
    return started.ok() ? kFine : Complain(kUsage, started);
  }

  // Sources are looked up before the first event: a name that is none should not cost an hour of replay.
  int PrepareFeed(const Config& config) {
    feed_ = std::make_unique<Feed>(*engine_, dead_letters_.is_open() ? &letters_ : nullptr);
    if (absl::Status added = feed_->AddSources(config.sources); !added.ok()) return Complain(kRefused, added);
    feed_->OnProgress(
        [](void* progress, uint64_t bytes, uint64_t total) { static_cast<Progress*>(progress)->Show(bytes, total); },
        &progress_);
    for (const EventFile& file : options_.events) {
      FileOptions& how = file_options_.emplace_back();
      if (file.format == "csv") how.format = RecordFormat::kCsv;
      if (file.format == "jsonl") how.format = RecordFormat::kJsonLines;
      if (file.source.empty()) continue;
      const std::optional<uint32_t> source = feed_->FindSource(file.source);
      if (!source) return Complain(kUsage, UnknownSource(file.source, config));
      how.source = *source;
    }
    return kFine;
  }

  static std::string UnknownSource(const std::string& name, const Config& config) {
    std::vector<std::string> names;
    for (const SourceSpec& source : config.sources) names.push_back(source.name);
    const std::string closest = ClosestName(name, names);
    return fmt::format("--source: the config has no source '{}'{}", name,
                       closest.empty() ? "" : fmt::format("; did you mean '{}'?", closest));
  }

  int ReadEvents() {
    for (size_t i = 0; i < options_.events.size(); ++i) {
      const std::string& path = options_.events[i].path;
      progress_.StartFile(path);
      absl::Status read = feed_->IngestFile(path, file_options_[i]);
      if (!read.ok()) {
        progress_.Finish();
        return Complain(kIoFailed, read);
      }
    }
    return kFine;
  }

  // The last event's instant is closed; an earlier `until` cannot turn the clock back. Where a snapshot is taken it
  // stays open, because what follows may belong to it: two halves say what the whole says.
  int End() {
    const bool goes_on = !options_.snapshot_out.empty() && !until_;
    if (!goes_on) engine_->Finish();
    if (until_) engine_->AdvanceTo(*until_);
    if (options_.snapshot_out.empty()) return kFine;
    absl::Status written = snapshot_out_.Finish(engine_->Snapshot());
    return written.ok() ? kFine : Complain(kIoFailed, written);
  }

  int CloseOutputs() {
    int status = kFine;
    for (Output* output : {&alerts_, &dead_letters_, &trace_out_}) {
      if (absl::Status closed = output->Close(); !closed.ok()) status = Complain(kIoFailed, closed);
    }
    return status;
  }

  int ReportDeliveries() const {
    if (dispatcher_ == nullptr || dispatcher_->failed().empty()) return kFine;
    constexpr size_t kShown = 5;
    const std::vector<FailedDelivery>& failed = dispatcher_->failed();
    for (size_t i = 0; i < failed.size() && i < kShown; ++i) {
      fmt::print(stderr, "tocsin: {} ({}) was not told: {}\n", failed[i].receiver, failed[i].notifier,
                 failed[i].detail);
    }
    if (failed.size() > kShown) fmt::print(stderr, "tocsin: and {} more\n", failed.size() - kShown);
    return kIoFailed;
  }

  const ReplayOptions& options_;
  Progress progress_;
  std::optional<Time> until_;
  Output alerts_;
  Output dead_letters_;
  Output trace_out_;
  SnapshotFile snapshot_out_;
  Statistics before_;  // what a snapshot had counted already
  std::unique_ptr<Dispatcher> dispatcher_;
  std::unique_ptr<ReplaySink> sink_;
  std::unique_ptr<Engine> engine_;
  DeadLetterFile letters_{&dead_letters_};
  std::unique_ptr<Feed> feed_;
  std::vector<FileOptions> file_options_;  // by file
  Trace trace_;
};

}  // namespace

int Replay(const ReplayOptions& options) { return Replayer(options).Run(); }

}  // namespace tocsin::cli
