#include "ingest/record_map.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "ingest/token_value.h"

namespace tocsin {
namespace {

constexpr uint32_t kEventTimes = 1;

Reason Refuse(Reason reason, std::string sentence, std::string* detail) {
  if (detail != nullptr) *detail = std::move(sentence);
  return reason;
}

// The parts of an id are divided by '/'. What could be taken for that is escaped, and an absent part is told from an
// empty one.
void AppendIdPart(const Token& token, std::string* id) {
  if (!id->empty()) id->push_back('/');
  if (token.missing()) {
    id->append("\\-");
  } else if (token.text.empty()) {
    id->append("\\e");
  }
  for (const char c : token.text) {
    if (c == '/' || c == '\\') id->push_back('\\');
    id->push_back(c);
  }
}

}  // namespace

SourceSpec FlatSource() {
  SourceSpec flat;
  flat.id = {"id"};
  return flat;
}

RecordMap::RecordMap(const Catalog& catalog, const SourceSpec& source, uint32_t number, bool ignore_unknown_events)
    : catalog_(catalog),
      source_(source),
      number_(number),
      ignore_unknown_events_(ignore_unknown_events),
      times_{TimeReader(), TimeReader(source.time)} {
  type_ = MakeField(source_.type);
  time_ = MakeField(source_.time);
  // Flat records may have an id; where a source names one, it is not there by chance.
  for (const SourceText& path : source_.id) id_.push_back(AddPath(path.text(), !source_.name.empty()));
  if (!source_.where.empty()) where_ = AddPath(source_.where.text(), true);
  for (const EventSpec& event : catalog_.events()) AddEvent(event);
}

uint32_t RecordMap::AddPath(std::string_view path, bool required) {
  for (uint32_t i = 0; i < paths_.size(); ++i) {
    if (paths_[i].text != path) continue;
    paths_[i].required |= required;
    return i;
  }
  paths_.push_back({std::string(path), required});
  return static_cast<uint32_t>(paths_.size() - 1);
}

RecordMap::Field RecordMap::MakeField(const FieldSpec& spec) {
  Field field;
  if (spec.constant.has_value()) {
    field.constant = {Token::Kind::kCell, spec.constant->text()};
  } else {
    field.path = AddPath(spec.path.text(), true);
  }
  return field;
}

void RecordMap::AddEvent(const EventSpec& event) {
  std::vector<Slot>& slots = slots_.emplace_back();
  for (const AttributeSpec& attribute : event.attributes) {
    Slot& slot = slots.emplace_back();
    const auto mapped = std::find_if(source_.attributes.begin(), source_.attributes.end(),
                                     [&](const SourceAttribute& a) { return a.name.text() == attribute.name; });
    if (mapped == source_.attributes.end()) {
      slot.field.path = AddPath(attribute.from.empty() ? attribute.name : attribute.from, false);
      continue;
    }
    slot.field = MakeField(mapped->field);
    if (mapped->field.unit == TimeUnit::kNone && mapped->field.format.empty()) continue;
    slot.times = static_cast<uint32_t>(times_.size());
    times_.emplace_back(mapped->field);
  }
  values_.resize(std::max(values_.size(), slots.size()));
}

Reason RecordMap::CheckWhere(std::span<const Token> tokens, std::string* detail) const {
  if (where_ == kNone) return Reason::kNone;
  const Token& token = tokens[where_];
  if (!token.missing()) {
    const std::optional<bool> truth = TruthOf(token);
    if (!truth.has_value()) {
      return Refuse(Reason::kBadValue,
                    fmt::format("'{}' should be true or false, not {}", source_.where.text(), DescribeToken(token)),
                    detail);
    }
    if (*truth) return Reason::kNone;
  }
  return Refuse(Reason::kIgnored, fmt::format("'{}' is not true", source_.where.text()), detail);
}

Reason RecordMap::ReadType(std::span<const Token> tokens, uint32_t* type, std::string* detail) const {
  const Token& token = type_.Of(tokens);
  const std::string& path = source_.type.path.text();
  if (token.missing()) return Refuse(Reason::kMissingType, fmt::format("the record has no '{}'", path), detail);
  if (!token.is_text()) {
    return Refuse(Reason::kUnknownType, fmt::format("'{}' should be a string, not {}", path, DescribeToken(token)),
                  detail);
  }
  const std::optional<uint32_t> found = catalog_.FindEvent(token.text);
  if (found.has_value()) {
    *type = *found;
    return Reason::kNone;
  }
  return Refuse(ignore_unknown_events_ ? Reason::kIgnored : Reason::kUnknownType,
                fmt::format("no event of type '{}' is declared", Shortened(token.text)), detail);
}

Reason RecordMap::ReadEventTime(std::span<const Token> tokens, Time* time, std::string* detail) const {
  const Token& token = time_.Of(tokens);
  const std::string& path = source_.time.path.text();
  if (token.missing()) return Refuse(Reason::kMissingTime, fmt::format("the record has no '{}'", path), detail);
  const TimeReader& times = times_[kEventTimes];
  if (times.Accepts(token)) return times.ReadTime(token, time, detail);
  return Refuse(Reason::kBadTime,
                fmt::format("'{}' should be {}, not {}", path, times.Expected(), DescribeToken(token)), detail);
}

Reason RecordMap::CheckIdPart(const Token& token, const SourceText& path, std::string* detail) const {
  const bool whole = token.kind == Token::Kind::kNumber && token.text.find_first_of(".eE") == std::string_view::npos;
  if (token.missing() || token.is_text() || whole) return Reason::kNone;
  return Refuse(Reason::kBadValue,
                fmt::format("'{}' should be a string or a whole number, not {}", path.text(), DescribeToken(token)),
                detail);
}

Reason RecordMap::ReadId(std::span<const Token> tokens, std::string_view* id, std::string* detail) {
  if (id_.size() == 1 && tokens[id_[0]].kind == Token::Kind::kString) {  // nearly always
    *id = tokens[id_[0]].text;
    return Reason::kNone;
  }
  bool any = false;
  for (size_t i = 0; i < id_.size(); ++i) {
    const Token& token = tokens[id_[i]];
    const Reason reason = CheckIdPart(token, source_.id[i], detail);
    if (reason != Reason::kNone) return reason;
    any |= !token.missing();
  }
  if (!any) return Reason::kNone;
  if (id_.size() == 1) {
    *id = tokens[id_[0]].text;
    return Reason::kNone;
  }
  joined_id_.clear();
  for (const uint32_t path : id_) AppendIdPart(tokens[path], &joined_id_);
  *id = joined_id_;
  return Reason::kNone;
}

Reason RecordMap::Map(std::span<const Token> tokens, EventBatch* batch, std::string* detail) {
  uint32_t type = 0;
  Time time;
  std::string_view id;
  Reason reason = CheckWhere(tokens, detail);
  if (reason == Reason::kNone) reason = ReadType(tokens, &type, detail);
  if (reason == Reason::kNone) reason = ReadEventTime(tokens, &time, detail);
  if (reason == Reason::kNone) reason = ReadId(tokens, &id, detail);
  if (reason != Reason::kNone) return reason;

  const std::vector<AttributeSpec>& attributes = catalog_.event(type).attributes;
  const std::vector<Slot>& slots = slots_[type];
  for (size_t i = 0; i < slots.size(); ++i) {
    values_[i] = Value();
    const Token& token = slots[i].field.Of(tokens);
    if (token.missing()) continue;
    reason = TokenToValue(attributes[i], times_[slots[i].times], token, &values_[i], detail);
    if (reason != Reason::kNone) return reason;
  }
  // All is well: only now the batch is touched.
  Value* added = batch->Add(type, time, id, attributes.size(), number_);
  for (size_t i = 0; i < attributes.size(); ++i) {
    const Value& value = values_[i];
    added[i] = value.kind() == Kind::kString ? Value::String(batch->Own(value.AsString())) : value;
  }
  return Reason::kNone;
}

}  // namespace tocsin
