#include "tocsin/ingest/json_feed.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "fmt/format.h"
#include "tocsin/ingest/json_decoder.h"
#include "tocsin/ingest/line_reader.h"

namespace tocsin {
namespace {

constexpr size_t kMaxBatchBytes = size_t{1} << 20;  // of records kept for the dead letters
constexpr size_t kMaxTooLongShown = 4096;

// Why the engine did not take an event. `clock` is what it was when the event's turn came.
std::string EngineDetail(Reason reason, const EventView& event, std::optional<Time> clock, Duration allowed_lateness) {
  switch (reason) {
    case Reason::kLate:
      if (!clock.has_value() || event.time > *clock) break;
      return fmt::format("time {} is {} before the clock, more than the allowed lateness of {}", FormatTime(event.time),
                         FormatDuration(*clock - event.time), FormatDuration(allowed_lateness));
    case Reason::kDuplicate:
      return fmt::format("an event with the id '{}' came before", event.id);
    default:
      break;
  }
  return fmt::format("the event was not taken: {}", ReasonName(reason));
}

}  // namespace

struct JsonFeed::State {
  State(Engine& e, DeadLetterSink* sink, size_t size)
      : engine(e),
        dead_letters(sink),
        batch_size(std::max<size_t>(size, 1)),
        decoder(e.plan().catalog(), e.plan().spec().ignore_unknown_events) {}

  // A record of the batch at hand.
  struct Entry {
    uint64_t line = 0;
    uint64_t offset = 0;
    Reason reason = Reason::kNone;  // the decoder's; kNone: it has become the batch's next event
    std::string detail;
    std::string_view record;
  };

  void Add(const Line& line, bool stable);
  void Flush();
  void Tell(const Entry& entry, Reason reason, std::string_view detail);

  Engine& engine;
  DeadLetterSink* dead_letters;
  size_t batch_size;
  JsonDecoder decoder;
  EventBatch batch;
  EventBatch records;  // owns the text of records that do not outlive the reading of the next line
  size_t record_bytes = 0;
  std::vector<Entry> entries;
  size_t entry_count = 0;  // entries beyond it are kept for their memory
  std::vector<Reason> reasons;
  uint64_t single_records = 0;  // given one by one: they are numbered like the lines of a file
  std::string last_detail;
  Reason last_reason = Reason::kNone;
  void (*progress)(void* context, uint64_t bytes, uint64_t total) = nullptr;
  void* progress_context = nullptr;
};

// `stable` texts live until the batch is flushed; others are copied, if anybody will want to see them.
void JsonFeed::State::Add(const Line& line, bool stable) {
  if (entry_count == entries.size()) entries.emplace_back();
  Entry& entry = entries[entry_count++];
  entry.line = line.number;
  entry.offset = line.offset;
  entry.detail.clear();
  entry.record = line.text;
  if (line.too_long) {
    entry.reason = Reason::kMalformed;
    entry.detail = fmt::format("the line is longer than {} MiB", LineReader::kMaxLineBytes >> 20);
    entry.record = Utf8Prefix(line.text, kMaxTooLongShown);
  } else {
    entry.reason = decoder.Decode(line.text, &batch, &entry.detail);
  }
  if (!stable) entry.record = dead_letters == nullptr ? std::string_view() : records.Own(entry.record);
  record_bytes += line.text.size();
  if (entry_count >= batch_size || record_bytes >= kMaxBatchBytes) Flush();
}

void JsonFeed::State::Tell(const Entry& entry, Reason reason, std::string_view detail) {
  last_reason = reason;
  last_detail = detail;
  // What the config asks to ignore is counted, nothing more.
  if (dead_letters == nullptr || reason == Reason::kIgnored) return;
  DeadLetter letter;
  letter.line = entry.line;
  letter.offset = entry.offset;
  letter.reason = reason;
  letter.detail = detail;
  letter.record = entry.record;
  dead_letters->OnDeadLetter(letter);
}

void JsonFeed::State::Flush() {
  const std::span<const EventView> events = batch.views();
  reasons.assign(events.size(), Reason::kNone);
  std::optional<Time> clock = engine.now();
  engine.Ingest(events, reasons);
  size_t next_event = 0;
  for (size_t i = 0; i < entry_count; ++i) {
    const Entry& entry = entries[i];
    if (entry.reason != Reason::kNone) {
      engine.CountRefused(entry.reason);
      Tell(entry, entry.reason, entry.detail);
      continue;
    }
    const EventView& event = events[next_event];
    const Reason reason = reasons[next_event++];
    // The clock as it was for this event, so that what is said does not depend on where the batch was cut.
    if (reason == Reason::kNone && (!clock.has_value() || event.time > *clock)) clock = event.time;
    if (reason != Reason::kNone) {
      Tell(entry, reason, EngineDetail(reason, event, clock, engine.plan().spec().allowed_lateness));
    }
  }
  entry_count = 0;
  record_bytes = 0;
  batch.Clear();
  records.Clear();
}

JsonFeed::JsonFeed(Engine& engine, DeadLetterSink* dead_letters, size_t batch_size)
    : state_(std::make_unique<State>(engine, dead_letters, batch_size)) {}
JsonFeed::~JsonFeed() = default;
JsonFeed::JsonFeed(JsonFeed&&) noexcept = default;

Reason JsonFeed::Ingest(std::string_view record, std::string* detail) {
  state_->last_reason = Reason::kNone;
  Line line;
  line.text = record;
  line.number = ++state_->single_records;
  state_->Add(line, true);
  state_->Flush();
  if (detail != nullptr && state_->last_reason != Reason::kNone) *detail = state_->last_detail;
  return state_->last_reason;
}

void JsonFeed::IngestLines(std::string_view text) {
  Line line;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    line.text = text.substr(begin, end - begin);
    if (end < text.size() && !line.text.empty() && line.text.back() == '\r') line.text.remove_suffix(1);
    ++line.number;
    line.offset = begin;
    state_->Add(line, true);
    begin = end + 1;
  }
  state_->Flush();
}

absl::Status JsonFeed::IngestFile(const std::string& path) {
  absl::StatusOr<std::unique_ptr<LineReader>> opened = LineReader::Open(path);
  if (!opened.ok()) return opened.status();
  LineReader& reader = **opened;
  const auto tell = [this, &reader] {
    if (state_->progress != nullptr) {
      state_->progress(state_->progress_context, reader.bytes_read(), reader.bytes_total());
    }
  };
  Line line;
  while (reader.Next(&line)) {
    state_->Add(line, false);
    if (state_->entry_count == 0) tell();
  }
  state_->Flush();
  tell();
  return reader.status();
}

void JsonFeed::OnProgress(void (*progress)(void* context, uint64_t bytes, uint64_t total), void* context) {
  state_->progress = progress;
  state_->progress_context = context;
}

}  // namespace tocsin
