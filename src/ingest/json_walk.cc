#include "ingest/json_walk.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/utf8.h"
#include "fmt/format.h"
#include "ingest/json_member.h"
#include "ingest/number.h"
#include "simdjson.h"

namespace tocsin {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr int kMaxDepth = 128;
constexpr size_t kMaxRecordBytes = size_t{1} << 30;

constexpr bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view TrimEnd(std::string_view text) {
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view DescribeError(simdjson::error_code error) {
  switch (error) {
    case simdjson::UNCLOSED_STRING:
      return "a string in it is not closed";
    case simdjson::UNESCAPED_CHARS:
      return "a control character stands in a string without an escape";
    case simdjson::STRING_ERROR:
      return "a string holds an escape that is none, or half of a surrogate pair";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "it is cut off before its last '}'";
    default:
      return "a comma, a colon, a bracket or a quoted name is missing or out of place";
  }
}

}  // namespace

struct JsonWalk::State {
  explicit State(const PathTrie& trie) : places(MakePlaces(trie)), tokens(trie.capture_count()) {}

  Reason Run(std::string_view record, std::string* detail);
  void Load(std::string_view record);
  Reason Refuse(Reason reason, std::string sentence, std::string* detail) const;
  Reason RefuseMalformed(std::string* detail) const;
  Reason RefuseOther(std::string* detail);
  bool Fail(simdjson::error_code code) { return error = code, false; }
  bool Fail(std::string sentence) { return mistake = std::move(sentence), false; }

  bool WalkRecord();
  // A place is null where no path goes.
  bool WalkObject(ondemand::object object, Place* place, int depth);
  bool WalkArray(ondemand::array array, int depth);
  bool WalkValue(ondemand::value* value, Place* place, int depth);
  bool WalkString(ondemand::value* value, std::string_view raw, Place* place);
  bool WalkScalar(std::string_view raw, Place* place);
  bool FindMember(ondemand::field* field, Place* place, uint32_t** guess, Place** child);
  bool FindUnexpected(ondemand::field* field, Place* place, uint32_t* index);
  void Keep(Place* place, Token::Kind kind, std::string_view text);

  std::vector<Place> places;   // by node of the trie
  std::vector<Token> tokens;   // by capture
  std::vector<uint32_t> kept;  // the captures that the record has had so far
  uint64_t record_number = 0;

  // simdjson reads up to 64 bytes beyond a record, and not every caller's text has them: each record is copied.
  std::unique_ptr<char[]> text;
  size_t size = 0;
  size_t capacity = 0;
  bool has_escapes = false;  // a backslash anywhere in the record: only then is any one looked for
  ondemand::parser parser;
  ondemand::document document;
  std::unique_ptr<simdjson::dom::parser> whole_parser;  // for what is not an object

  simdjson::error_code error = simdjson::SUCCESS;
  std::string mistake;  // said instead of `error` when not empty
};

void JsonWalk::State::Load(std::string_view record) {
  if (record.size() > capacity || text == nullptr) {
    capacity = std::max<size_t>(record.size() + record.size() / 2, 4096);
    text = std::make_unique<char[]>(capacity + simdjson::SIMDJSON_PADDING);
    error = parser.allocate(capacity);
  }
  std::memcpy(text.get(), record.data(), record.size());
  // What lies behind the record is never a part of it, whatever the record before left there.
  std::memset(text.get() + record.size(), 0, simdjson::SIMDJSON_PADDING);
  size = record.size();
  has_escapes = std::memchr(text.get(), '\\', size) != nullptr;
}

Reason JsonWalk::State::Refuse(Reason reason, std::string sentence, std::string* detail) const {
  if (detail != nullptr) *detail = std::move(sentence);
  return reason;
}

Reason JsonWalk::State::RefuseMalformed(std::string* detail) const {
  const std::string_view why = mistake.empty() ? DescribeError(error) : std::string_view(mistake);
  return Refuse(Reason::kMalformed, fmt::format("the record is not JSON: {}", why), detail);
}

// What does not begin with '{': another kind of JSON, or none.
Reason JsonWalk::State::RefuseOther(std::string* detail) {
  if (whole_parser == nullptr) whole_parser = std::make_unique<simdjson::dom::parser>();
  simdjson::dom::element element;
  error = whole_parser->parse(text.get(), size, false).get(element);
  if (error != simdjson::SUCCESS) {
    return Refuse(Reason::kMalformed, "the record is not JSON: it does not begin with '{'", detail);
  }
  const char* kind = "a number";
  if (element.is_array()) kind = "an array";
  if (element.is_string()) kind = "a string";
  if (element.is_bool()) kind = "a boolean";
  if (element.is_null()) kind = "null";
  return Refuse(Reason::kNotAnObject, fmt::format("the record is {}, not an object", kind), detail);
}

Reason JsonWalk::State::Run(std::string_view record, std::string* detail) {
  ++record_number;
  for (const uint32_t capture : kept) tokens[capture] = Token();
  kept.clear();
  while (!record.empty() && IsSpace(record.front())) record.remove_prefix(1);
  record = TrimEnd(record);
  if (record.empty()) return Refuse(Reason::kEmpty, "the line is empty", detail);
  if (record.size() > kMaxRecordBytes) {
    return Refuse(Reason::kMalformed, "the record is longer than 1 GiB", detail);
  }
  error = simdjson::SUCCESS;
  mistake.clear();
  Load(record);
  if (error != simdjson::SUCCESS) {
    return Refuse(Reason::kMalformed, "there is not enough memory for the record", detail);
  }
  if (record.front() == '{' && WalkRecord()) return Reason::kNone;
  // Before anything else is said of it, text that is not UTF-8 is told as such: the rest may only follow from that.
  if (!IsUtf8(record)) return Refuse(Reason::kEncoding, "the record is not UTF-8", detail);
  return record.front() == '{' ? RefuseMalformed(detail) : RefuseOther(detail);
}

bool JsonWalk::State::WalkRecord() {
  const simdjson::padded_string_view padded(text.get(), size, capacity + simdjson::SIMDJSON_PADDING);
  simdjson::error_code code = parser.iterate(padded).get(document);
  if (code != simdjson::SUCCESS) return Fail(code);
  ondemand::object object;
  code = document.get_object().get(object);
  if (code != simdjson::SUCCESS) return Fail(code);
  if (!WalkObject(object, &places[PathTrie::kRoot], 1)) return false;
  const char* rest = nullptr;
  return document.current_location().get(rest) == simdjson::OUT_OF_BOUNDS ||
         Fail("something follows after its last '}'");
}

bool JsonWalk::State::WalkObject(ondemand::object object, Place* place, int depth) {
  if (depth > kMaxDepth) return Fail(fmt::format("it is nested more than {} deep", kMaxDepth));
  uint32_t* guess = place == nullptr ? nullptr : &place->first;
  for (auto result : object) {
    if (result.error() != simdjson::SUCCESS) return Fail(result.error());
    // By reference: a copy right after the parts were written stalls the processor for longer than the rest of the
    // field.
    ondemand::field&& field = std::move(result).value_unsafe();
    Place* child = nullptr;
    if (!FindMember(&field, place, &guess, &child) || !WalkValue(&field.value(), child, depth)) return false;
  }
  return true;
}

bool JsonWalk::State::WalkArray(ondemand::array array, int depth) {
  if (depth > kMaxDepth) return Fail(fmt::format("it is nested more than {} deep", kMaxDepth));
  for (auto result : array) {
    if (result.error() != simdjson::SUCCESS) return Fail(result.error());
    // NOLINTNEXTLINE(performance-move-const-arg): it wants an rvalue
    ondemand::value&& value = std::move(result).value_unsafe();
    if (!WalkValue(&value, nullptr, depth)) return false;
  }
  return true;
}

// The place that the field's name leads to from `place`. `guess` points to the index of the member that is tried first,
// and goes on to that of the next field.
bool JsonWalk::State::FindMember(ondemand::field* field, Place* place, uint32_t** guess, Place** child) {
  uint32_t index = PathTrie::kNone;
  if (place == nullptr || place->members.empty()) {
    return !has_escapes || FindUnexpected(field, nullptr, &index);
  }
  const char* const name = field->key().raw();
  const size_t room = static_cast<size_t>(text.get() + size - name);
  if (place->members[**guess].Matches(name, room)) {
    index = **guess;
  } else if (!FindUnexpected(field, place, &index)) {
    return false;
  }
  if (index == PathTrie::kNone) return true;
  Member& member = place->members[index];
  // Which of two counts is anybody's guess, so neither does.
  if (member.record == record_number) return Fail(fmt::format("it has the member '{}' twice", member.name()));
  member.record = record_number;
  **guess = index;
  *guess = &member.successor;
  *child = &places[member.node];
  return true;
}

// Looks for the field's name among all members of `place` (null: among none), and checks its escapes.
bool JsonWalk::State::FindUnexpected(ondemand::field* field, Place* place, uint32_t* index) {
  const char* const name = field->key().raw();
  const size_t room = static_cast<size_t>(text.get() + size - name);
  std::string_view unescaped;
  const void* const end = has_escapes ? std::memchr(name, '"', room) : nullptr;
  const bool escaped =
      end != nullptr && std::memchr(name, '\\', static_cast<size_t>(static_cast<const char*>(end) - name)) != nullptr;
  if (escaped) {
    const simdjson::error_code code = field->unescaped_key().get(unescaped);
    if (code != simdjson::SUCCESS) return Fail(code);
  }
  for (uint32_t i = 0; place != nullptr && i < place->members.size(); ++i) {
    const Member& member = place->members[i];
    if (escaped ? member.name() == unescaped : member.Matches(name, room)) *index = i;
  }
  return true;
}

bool JsonWalk::State::WalkValue(ondemand::value* value, Place* place, int depth) {
  const std::string_view raw = value->raw_json_token();
  switch (raw[0]) {
    case '"':
      return WalkString(value, raw, place);
    case '{': {
      Keep(place, Token::Kind::kObject, {});
      ondemand::object object;
      const simdjson::error_code code = value->get_object().get(object);
      return code == simdjson::SUCCESS ? WalkObject(object, place, depth + 1) : Fail(code);
    }
    case '[': {
      Keep(place, Token::Kind::kArray, {});
      ondemand::array array;
      const simdjson::error_code code = value->get_array().get(array);
      return code == simdjson::SUCCESS ? WalkArray(array, depth + 1) : Fail(code);
    }
    default:
      return WalkScalar(TrimEnd(raw), place);
  }
}

bool JsonWalk::State::WalkString(ondemand::value* value, std::string_view raw, Place* place) {
  if (has_escapes && std::memchr(raw.data(), '\\', raw.size()) != nullptr) {
    std::string_view unescaped;
    const simdjson::error_code code = value->get_string().get(unescaped);
    if (code != simdjson::SUCCESS) return Fail(code);
    Keep(place, Token::Kind::kString, unescaped);
    return true;
  }
  if (place == nullptr) return true;
  // Nothing but white space stands between the closing quote and the next token.
  const std::string_view quoted = TrimEnd(raw);
  Keep(place, Token::Kind::kString, quoted.substr(1, quoted.size() - 2));
  return true;
}

bool JsonWalk::State::WalkScalar(std::string_view raw, Place* place) {
  Token::Kind kind = Token::Kind::kNumber;
  NumberText number;
  if (raw == "null") {
    kind = Token::Kind::kNull;
  } else if (raw == "true") {
    kind = Token::Kind::kTrue;
  } else if (raw == "false") {
    kind = Token::Kind::kFalse;
  } else if (!SplitNumber(raw, &number)) {
    const std::string_view shown = Utf8Prefix(raw, 40);
    return Fail(fmt::format("'{}{}' is not a value", shown, shown.size() < raw.size() ? "…" : ""));
  }
  Keep(place, kind, raw);
  return true;
}

void JsonWalk::State::Keep(Place* place, Token::Kind kind, std::string_view value) {
  if (place == nullptr || place->capture == PathTrie::kNone) return;
  Token& token = tokens[place->capture];
  token.kind = kind;
  token.text = value;
  kept.push_back(place->capture);
}

JsonWalk::JsonWalk(const PathTrie& trie) : state_(std::make_unique<State>(trie)) {}
JsonWalk::~JsonWalk() = default;
JsonWalk::JsonWalk(JsonWalk&&) noexcept = default;
JsonWalk& JsonWalk::operator=(JsonWalk&&) noexcept = default;

Reason JsonWalk::Run(std::string_view record, std::string* detail) { return state_->Run(record, detail); }

std::span<const Token> JsonWalk::tokens() const { return state_->tokens; }

}  // namespace tocsin
