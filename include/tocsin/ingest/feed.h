// Feed: records into an engine - JSON Lines or CSV, by any of a config's sources -, what is not taken into the dead
// letters.
//
//   tocsin::Feed feed(engine, &dead_letters);
//   feed.AddSources(config.sources);                     // OK for a config that was checked
//   feed.Ingest(line);                                   // one record of JSON
//   feed.IngestFile("events.jsonl.gz");                  // many, in batches
//   feed.IngestFile("purchases.csv", {feed.FindSource("cdnow").value()});
//
// CSV is as in RFC 4180: the first line names the columns, a path is the name of a column, an empty cell is an absent
// attribute, and its type is the declared one. A row that is not well-formed, or of another number of cells, is refused
// alone: it ends with its first line, whatever quotes it holds, and the next line is read as a row of its own.
#ifndef TOCSIN_INGEST_FEED_H_
#define TOCSIN_INGEST_FEED_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "tocsin/engine/engine.h"
#include "tocsin/ingest/dead_letter.h"
#include "tocsin/ingest/source_spec.h"

namespace tocsin {

enum class RecordFormat : uint8_t {
  kByName,  // CSV for names that end in ".csv" or ".csv.gz", else JSON Lines, as for standard input
  kJsonLines,
  kCsv,
};

struct FileOptions {
  uint32_t source = 0;  // as FindSource numbers them; 0: the flat form
  RecordFormat format = RecordFormat::kByName;
};

// Externally synchronised, together with its engine. Refused records are counted in the engine's statistics. A source's
// number must be 0 or one that FindSource gave.
class Feed {
 public:
  // `engine` must outlive the feed; `dead_letters` may be null, and must outlive it too.
  explicit Feed(Engine& engine, DeadLetterSink* dead_letters = nullptr, size_t batch_size = 256);
  ~Feed();
  Feed(Feed&&) noexcept;

  // InvalidArgument with every mistake (DiagnosticsOf), and nothing added, when CheckSource finds any or a name is
  // taken.
  absl::Status AddSources(const std::vector<SourceSpec>& sources);
  // Sources are numbered from 1 in the order in which they were added.
  std::optional<uint32_t> FindSource(std::string_view name) const;

  // One record of JSON, applied before it returns. Those given so are numbered from 1 in the dead letters, as lines of
  // a file are. kNone when it was accepted; otherwise the reason, with `detail` for a person when it is not null.
  Reason Ingest(std::string_view record, std::string* detail = nullptr, uint32_t source = 0);
  // Every line of a text of JSON Lines, in batches. Lines are numbered from 1.
  void IngestLines(std::string_view text, uint32_t source = 0);
  // Every row of a text of CSV. InvalidArgument, and nothing is read, when the header does not fit the source.
  absl::Status IngestCsv(std::string_view text, uint32_t source = 0);
  // Every record of a file (".gz" too, "-" is standard input), in constant memory. An error of the file itself ends it;
  // what was read before stands.
  absl::Status IngestFile(const std::string& path, FileOptions options = {});

  // Called between batches of IngestFile with the bytes read and the file's size, 0 when unknown.
  void OnProgress(void (*progress)(void* context, uint64_t bytes, uint64_t total), void* context);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_FEED_H_
