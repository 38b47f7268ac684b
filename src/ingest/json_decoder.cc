#include "tocsin/ingest/json_decoder.h"

#include <algorithm>
#include <vector>

#include "base/time_read.h"
#include "fmt/format.h"
#include "ingest/json_value.h"
#include "ingest/json_walk.h"
#include "ingest/path_trie.h"

namespace tocsin {
namespace {

using TokenKind = JsonToken::Kind;

Reason Refuse(Reason reason, std::string sentence, std::string* detail) {
  if (detail != nullptr) *detail = std::move(sentence);
  return reason;
}

bool IsMissing(const JsonToken& token) { return token.kind == TokenKind::kAbsent || token.kind == TokenKind::kNull; }

}  // namespace

struct JsonDecoder::State {
  State(const Catalog& c, bool ignore) : catalog(c), ignore_unknown_events(ignore), walk(MakeTrie()) {}

  PathTrie MakeTrie();
  Reason Decode(std::string_view record, EventBatch* batch, std::string* detail);
  Reason ReadType(uint32_t* type, std::string* detail) const;
  Reason ReadEventTime(Time* time, std::string* detail) const;
  Reason ReadId(std::string_view* id, std::string* detail) const;

  const Catalog& catalog;
  bool ignore_unknown_events;
  uint32_t type_capture = 0;
  uint32_t time_capture = 0;
  uint32_t id_capture = 0;
  std::vector<std::vector<uint32_t>> captures;  // by event type and slot
  std::vector<Value> values;                    // of the record at hand, by slot
  JsonWalk walk;
};

PathTrie JsonDecoder::State::MakeTrie() {
  PathTrie paths;
  type_capture = paths.Add("type");
  time_capture = paths.Add("time");
  id_capture = paths.Add("id");
  size_t most = 0;
  for (const EventSpec& event : catalog.events()) {
    std::vector<uint32_t>& slots = captures.emplace_back();
    for (const AttributeSpec& attribute : event.attributes) {
      slots.push_back(paths.Add(attribute.from.empty() ? attribute.name : attribute.from));
    }
    most = std::max(most, slots.size());
  }
  values.resize(most);
  return paths;
}

Reason JsonDecoder::State::ReadType(uint32_t* type, std::string* detail) const {
  const JsonToken& token = walk.tokens()[type_capture];
  if (IsMissing(token)) return Refuse(Reason::kMissingType, "the record has no 'type'", detail);
  if (token.kind != TokenKind::kString) {
    return Refuse(Reason::kUnknownType, fmt::format("'type' should be a string, not {}", DescribeToken(token)), detail);
  }
  const std::optional<uint32_t> found = catalog.FindEvent(token.text);
  if (found.has_value()) {
    *type = *found;
    return Reason::kNone;
  }
  return Refuse(ignore_unknown_events ? Reason::kIgnored : Reason::kUnknownType,
                fmt::format("no event of type '{}' is declared", Shortened(token.text)), detail);
}

Reason JsonDecoder::State::ReadEventTime(Time* time, std::string* detail) const {
  const JsonToken& token = walk.tokens()[time_capture];
  if (IsMissing(token)) return Refuse(Reason::kMissingTime, "the record has no 'time'", detail);
  if (token.kind != TokenKind::kString) {
    return Refuse(Reason::kBadTime,
                  fmt::format("'time' should be a string in RFC 3339 (such as 2010-12-01T09:41:00Z), not {}",
                              DescribeToken(token)),
                  detail);
  }
  const TimeProblem problem = ReadTime(token.text, time);
  if (problem == TimeProblem::kNone) return Reason::kNone;
  return Refuse(problem == TimeProblem::kOutOfRange ? Reason::kOutOfRange : Reason::kBadTime,
                fmt::format("time '{}' {}", Shortened(token.text), Describe(problem)), detail);
}

Reason JsonDecoder::State::ReadId(std::string_view* id, std::string* detail) const {
  const JsonToken& token = walk.tokens()[id_capture];
  if (IsMissing(token)) return Reason::kNone;
  const bool whole = token.kind == TokenKind::kNumber && token.text.find_first_of(".eE") == std::string_view::npos;
  if (token.kind != TokenKind::kString && !whole) {
    return Refuse(Reason::kBadValue,
                  fmt::format("'id' should be a string or a whole number, not {}", DescribeToken(token)), detail);
  }
  *id = token.text;
  return Reason::kNone;
}

Reason JsonDecoder::State::Decode(std::string_view record, EventBatch* batch, std::string* detail) {
  uint32_t type = 0;
  Time time;
  std::string_view id;
  Reason reason = walk.Run(record, detail);
  if (reason == Reason::kNone) reason = ReadType(&type, detail);
  if (reason == Reason::kNone) reason = ReadEventTime(&time, detail);
  if (reason == Reason::kNone) reason = ReadId(&id, detail);
  if (reason != Reason::kNone) return reason;

  const std::vector<AttributeSpec>& attributes = catalog.event(type).attributes;
  const std::span<const JsonToken> tokens = walk.tokens();
  for (size_t slot = 0; slot < attributes.size(); ++slot) {
    values[slot] = Value();
    const JsonToken& token = tokens[captures[type][slot]];
    if (IsMissing(token)) continue;
    reason = TokenToValue(attributes[slot], token, &values[slot], detail);
    if (reason != Reason::kNone) return reason;
  }
  // All is well: only now the batch is touched.
  Value* added = batch->Add(type, time, id, attributes.size());
  for (size_t slot = 0; slot < attributes.size(); ++slot) {
    const Value& value = values[slot];
    added[slot] = value.kind() == Kind::kString ? Value::String(batch->Own(value.AsString())) : value;
  }
  return Reason::kNone;
}

JsonDecoder::JsonDecoder(const Catalog& catalog, bool ignore_unknown_events)
    : state_(std::make_unique<State>(catalog, ignore_unknown_events)) {}
JsonDecoder::~JsonDecoder() = default;
JsonDecoder::JsonDecoder(JsonDecoder&&) noexcept = default;
JsonDecoder& JsonDecoder::operator=(JsonDecoder&&) noexcept = default;

Reason JsonDecoder::Decode(std::string_view record, EventBatch* batch, std::string* detail) {
  return state_->Decode(record, batch, detail);
}

}  // namespace tocsin
