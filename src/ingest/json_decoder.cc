#include "tocsin/ingest/json_decoder.h"

#include "ingest/json_walk.h"
#include "ingest/path_trie.h"
#include "ingest/record_map.h"

namespace tocsin {
namespace {

// Its captures are the map's paths, in the same order.
PathTrie MakeTrie(const RecordMap& map) {
  PathTrie trie;
  for (const RecordMap::Path& path : map.paths()) trie.Add(path.text);
  return trie;
}

}  // namespace

struct JsonDecoder::State {
  State(const Catalog& catalog, const SourceSpec& source, uint32_t number, bool ignore_unknown_events)
      : map(catalog, source, number, ignore_unknown_events), walk(MakeTrie(map)) {}

  RecordMap map;
  JsonWalk walk;
};

JsonDecoder::JsonDecoder(const Catalog& catalog, bool ignore_unknown_events)
    : JsonDecoder(catalog, FlatSource(), 0, ignore_unknown_events) {}
JsonDecoder::JsonDecoder(const Catalog& catalog, const SourceSpec& source, uint32_t number, bool ignore_unknown_events)
    : state_(std::make_unique<State>(catalog, source, number, ignore_unknown_events)) {}
JsonDecoder::~JsonDecoder() = default;
JsonDecoder::JsonDecoder(JsonDecoder&&) noexcept = default;
JsonDecoder& JsonDecoder::operator=(JsonDecoder&&) noexcept = default;

Reason JsonDecoder::Decode(std::string_view record, EventBatch* batch, std::string* detail) {
  const Reason reason = state_->walk.Run(record, detail);
  return reason == Reason::kNone ? state_->map.Map(state_->walk.tokens(), batch, detail) : reason;
}

}  // namespace tocsin
