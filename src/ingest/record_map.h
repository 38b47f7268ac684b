// RecordMap: what a source wants of a record, and the tokens found there as an event. The same for JSON and CSV.
#ifndef TOCSIN_INGEST_RECORD_MAP_H_
#define TOCSIN_INGEST_RECORD_MAP_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/time_reader.h"
#include "ingest/token.h"
#include "tocsin/event/catalog.h"
#include "tocsin/event/event.h"
#include "tocsin/event/reason.h"
#include "tocsin/ingest/source_spec.h"

namespace tocsin {

// The form of records without a source: `type`, `time` and `id` are what they are called.
SourceSpec FlatSource();

// One thread at a time.
class RecordMap {
 public:
  struct Path {
    std::string text;
    bool required = false;  // the source names it: a CSV file without such a column is not of this source
  };

  // `catalog` must outlive the map. `number` goes into the events.
  RecordMap(const Catalog& catalog, const SourceSpec& source, uint32_t number, bool ignore_unknown_events);
  RecordMap(const RecordMap&) = delete;
  RecordMap& operator=(const RecordMap&) = delete;

  // Each once. The token at a path goes to its index in this list.
  const std::vector<Path>& paths() const { return paths_; }

  // Adds one event to `batch` and returns kNone; or adds nothing, says why in a word, and in `detail` (may be null) for
  // a person. The tokens' text need not outlive the call.
  Reason Map(std::span<const Token> tokens, EventBatch* batch, std::string* detail);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  // A path, or a constant.
  struct Field {
    uint32_t path = kNone;
    Token constant;
    const Token& Of(std::span<const Token> tokens) const { return path == kNone ? constant : tokens[path]; }
  };
  struct Slot {
    Field field;
    uint32_t times = 0;  // in times_
  };

  uint32_t AddPath(std::string_view path, bool required);
  Field MakeField(const FieldSpec& spec);
  void AddEvent(const EventSpec& event);
  Reason CheckWhere(std::span<const Token> tokens, std::string* detail) const;
  Reason ReadType(std::span<const Token> tokens, uint32_t* type, std::string* detail) const;
  Reason ReadEventTime(std::span<const Token> tokens, Time* time, std::string* detail) const;
  Reason ReadId(std::span<const Token> tokens, std::string_view* id, std::string* detail);
  Reason CheckIdPart(const Token& token, const SourceText& path, std::string* detail) const;

  const Catalog& catalog_;
  const SourceSpec source_;
  const uint32_t number_;
  const bool ignore_unknown_events_;
  std::vector<Path> paths_;
  std::vector<TimeReader> times_;  // 0: RFC 3339, 1: the event's own time, others: of attributes
  uint32_t where_ = kNone;
  Field type_;
  Field time_;
  std::vector<uint32_t> id_;
  std::vector<std::vector<Slot>> slots_;  // by event type
  std::vector<Value> values_;             // of the record at hand, by slot
  std::string joined_id_;
};

}  // namespace tocsin

#endif  // TOCSIN_INGEST_RECORD_MAP_H_
