#include "tocsin/ingest/feed.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "fmt/format.h"
#include "ingest/csv_decoder.h"
#include "ingest/csv_reader.h"
#include "ingest/record_map.h"
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
      if (!clock.has_value() || event.time >= SaturatingSubtract(*clock, allowed_lateness)) break;
      return fmt::format("time {} is {} before the clock, more than the allowed lateness of {}", FormatTime(event.time),
                         FormatDuration(*clock - event.time), FormatDuration(allowed_lateness));
    case Reason::kDuplicate:
      return fmt::format("an event with the id '{}' came before", event.id);
    default:
      break;
  }
  return fmt::format("the event was not taken: {}", ReasonName(reason));
}

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool IsCsv(std::string_view path, RecordFormat format) {
  if (format != RecordFormat::kByName) return format == RecordFormat::kCsv;
  if (EndsWith(path, ".gz")) path.remove_suffix(3);
  return EndsWith(path, ".csv");
}

absl::Status Prefixed(std::string_view path, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("'{}': {}", path, std::string(status.message())));
}

}  // namespace

struct Feed::State {
  State(Engine& e, DeadLetterSink* sink, size_t size)
      : engine(e), dead_letters(sink), batch_size(std::max<size_t>(size, 1)), sources{FlatSource()} {
    decoders.emplace_back(catalog(), ignore_unknown_events());
  }

  const Catalog& catalog() const { return engine.plan().catalog(); }
  bool ignore_unknown_events() const { return engine.plan().spec().ignore_unknown_events; }

  // A record of the batch at hand.
  struct Entry {
    uint32_t source = 0;
    uint64_t line = 0;
    uint64_t offset = 0;
    Reason reason = Reason::kNone;  // the decoder's; kNone: it has become the batch's next event
    std::string detail;
    std::string_view record;
  };

  Entry& NewEntry(uint32_t source, uint64_t line, uint64_t offset);
  void Keep(Entry* entry, std::string_view record, bool stable);
  void AddJson(const Line& line, uint32_t source, bool stable);
  void AddCsv(const CsvRecord& record, uint32_t source, CsvReader* reader, CsvDecoder* decoder);
  void ReadJson(LineReader* reader, uint32_t source, bool stable);
  absl::Status ReadCsv(LineReader* reader, uint32_t source);
  void TellProgress(const LineReader& reader);
  void Flush();
  void Tell(const Entry& entry, Reason reason, std::string_view detail);

  Engine& engine;
  DeadLetterSink* dead_letters;
  size_t batch_size;
  std::vector<SourceSpec> sources;    // by number; 0 is the flat form
  std::vector<JsonDecoder> decoders;  // of JSON, by source
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

Feed::State::Entry& Feed::State::NewEntry(uint32_t source, uint64_t line, uint64_t offset) {
  if (entry_count == entries.size()) entries.emplace_back();
  Entry& entry = entries[entry_count++];
  entry.source = source;
  entry.line = line;
  entry.offset = offset;
  entry.detail.clear();
  return entry;
}

// The last of a record. `stable` texts live until the batch is flushed; others are copied, if anybody will want to see
// them.
void Feed::State::Keep(Entry* entry, std::string_view record, bool stable) {
  record_bytes += record.size();
  if (!stable) record = dead_letters == nullptr ? std::string_view() : records.Own(record);
  entry->record = record;
  if (entry_count >= batch_size || record_bytes >= kMaxBatchBytes) Flush();
}

void Feed::State::AddJson(const Line& line, uint32_t source, bool stable) {
  Entry& entry = NewEntry(source, line.number, line.offset);
  if (line.too_long) {
    entry.reason = Reason::kMalformed;
    entry.detail = fmt::format("the line is longer than {} MiB", LineReader::kMaxLineBytes >> 20);
    return Keep(&entry, Utf8Prefix(line.text, kMaxTooLongShown), stable);
  }
  entry.reason = decoders[source].Decode(line.text, &batch, &entry.detail);
  Keep(&entry, line.text, stable);
}

void Feed::State::AddCsv(const CsvRecord& record, uint32_t source, CsvReader* reader, CsvDecoder* decoder) {
  Entry& entry = NewEntry(source, record.line, record.offset);
  std::string_view shown = record.text;
  if (record.too_long) {
    entry.reason = Reason::kMalformed;
    entry.detail = fmt::format("the line is longer than {} MiB", LineReader::kMaxLineBytes >> 20);
    shown = Utf8Prefix(record.text, kMaxTooLongShown);
  } else {
    entry.reason = decoder->Decode(record, &batch, &entry.detail);
    if (entry.reason == Reason::kMalformed || entry.reason == Reason::kEncoding) {
      reader->GiveUp();
      shown = record.first_line;
    }
  }
  Keep(&entry, shown, /*stable=*/false);
}

void Feed::State::TellProgress(const LineReader& reader) {
  if (progress != nullptr) progress(progress_context, reader.bytes_read(), reader.bytes_total());
}

void Feed::State::ReadJson(LineReader* reader, uint32_t source, bool stable) {
  Line line;
  while (reader->Next(&line)) {
    AddJson(line, source, stable);
    if (entry_count == 0) TellProgress(*reader);
  }
  Flush();
}

absl::Status Feed::State::ReadCsv(LineReader* lines, uint32_t source) {
  CsvReader reader(*lines);
  CsvDecoder decoder(catalog(), sources[source], source, ignore_unknown_events());
  CsvRecord record;
  if (!reader.Next(&record)) return absl::OkStatus();
  if (record.too_long) return absl::InvalidArgumentError("the first line is too long for the names of columns");
  absl::Status header = decoder.SetHeader(record.text);
  if (!header.ok()) return header;
  while (reader.Next(&record)) {
    AddCsv(record, source, &reader, &decoder);
    if (entry_count == 0) TellProgress(*lines);
  }
  Flush();
  return absl::OkStatus();
}

void Feed::State::Tell(const Entry& entry, Reason reason, std::string_view detail) {
  last_reason = reason;
  last_detail = detail;
  // What the config asks to ignore is counted, nothing more.
  if (dead_letters == nullptr || reason == Reason::kIgnored) return;
  DeadLetter letter;
  letter.source = sources[entry.source].name;
  letter.line = entry.line;
  letter.offset = entry.offset;
  letter.reason = reason;
  letter.detail = detail;
  letter.record = entry.record;
  dead_letters->OnDeadLetter(letter);
}

void Feed::State::Flush() {
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

Feed::Feed(Engine& engine, DeadLetterSink* dead_letters, size_t batch_size)
    : state_(std::make_unique<State>(engine, dead_letters, batch_size)) {}
Feed::~Feed() = default;
Feed::Feed(Feed&&) noexcept = default;

absl::Status Feed::AddSources(const std::vector<SourceSpec>& sources) {
  std::vector<Diagnostic> diagnostics;
  for (const SourceSpec& source : sources) CheckSource(source, state_->catalog(), &diagnostics);
  for (size_t i = 0; i < sources.size(); ++i) {
    bool taken = FindSource(sources[i].name).has_value();
    for (size_t j = 0; j < i; ++j) taken |= sources[j].name == sources[i].name;
    if (!taken) continue;
    diagnostics.push_back(
        sources[i].origin.Error(fmt::format("two sources are called '{}'", sources[i].name), {}, "sources"));
  }
  if (!diagnostics.empty()) return ToStatus(diagnostics);
  for (const SourceSpec& source : sources) {
    const uint32_t number = static_cast<uint32_t>(state_->sources.size());
    state_->sources.push_back(source);
    state_->decoders.emplace_back(state_->catalog(), source, number, state_->ignore_unknown_events());
  }
  return absl::OkStatus();
}

std::optional<uint32_t> Feed::FindSource(std::string_view name) const {
  for (uint32_t number = 1; number < state_->sources.size(); ++number) {
    if (state_->sources[number].name == name) return number;
  }
  return std::nullopt;
}

Reason Feed::Ingest(std::string_view record, std::string* detail, uint32_t source) {
  state_->last_reason = Reason::kNone;
  Line line;
  line.text = record;
  line.number = ++state_->single_records;
  state_->AddJson(line, source, true);
  state_->Flush();
  if (detail != nullptr && state_->last_reason != Reason::kNone) *detail = state_->last_detail;
  return state_->last_reason;
}

void Feed::IngestLines(std::string_view text, uint32_t source) {
  state_->ReadJson(LineReader::OfText(text).get(), source, /*stable=*/true);
}

absl::Status Feed::IngestCsv(std::string_view text, uint32_t source) {
  return state_->ReadCsv(LineReader::OfText(text).get(), source);
}

absl::Status Feed::IngestFile(const std::string& path, FileOptions options) {
  absl::StatusOr<std::unique_ptr<LineReader>> opened = LineReader::Open(path);
  if (!opened.ok()) return opened.status();
  LineReader& reader = **opened;
  if (IsCsv(path, options.format)) {
    const absl::Status read = state_->ReadCsv(&reader, options.source);
    if (!read.ok()) return Prefixed(path, read);
  } else {
    state_->ReadJson(&reader, options.source, /*stable=*/false);
  }
  state_->TellProgress(reader);
  return reader.status();
}

void Feed::OnProgress(void (*progress)(void* context, uint64_t bytes, uint64_t total), void* context) {
  state_->progress = progress;
  state_->progress_context = context;
}

}  // namespace tocsin
