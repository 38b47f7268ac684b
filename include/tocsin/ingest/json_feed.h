// JsonFeed: JSON records into an engine, what is not taken into the dead letters.
//
//   tocsin::JsonFeed feed(engine, &dead_letters);
//   feed.Ingest(line);                     // one record
//   feed.IngestFile("events.jsonl.gz");    // many, in batches
#ifndef TOCSIN_INGEST_JSON_FEED_H_
#define TOCSIN_INGEST_JSON_FEED_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "tocsin/engine/engine.h"
#include "tocsin/ingest/dead_letter.h"

namespace tocsin {

// Externally synchronised, together with its engine. Refused records are counted in the engine's statistics.
class JsonFeed {
 public:
  // `engine` must outlive the feed; `dead_letters` may be null, and must outlive it too.
  explicit JsonFeed(Engine& engine, DeadLetterSink* dead_letters = nullptr, size_t batch_size = 256);
  ~JsonFeed();
  JsonFeed(JsonFeed&&) noexcept;

  // One record, applied before it returns. Those given so are numbered from 1 in the dead letters, as lines of a file
  // are. kNone when it was accepted; otherwise the reason, with `detail` for a person when it is not null.
  Reason Ingest(std::string_view record, std::string* detail = nullptr);
  // Every line of a text, in batches. Lines are numbered from 1.
  void IngestLines(std::string_view text);
  // Every line of a file (".gz" too, "-" is standard input). An error of the file itself ends it; what was read before
  // stands.
  absl::Status IngestFile(const std::string& path);

  // Called between batches of IngestFile with the bytes read and the file's size, 0 when unknown.
  void OnProgress(void (*progress)(void* context, uint64_t bytes, uint64_t total), void* context);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_JSON_FEED_H_
