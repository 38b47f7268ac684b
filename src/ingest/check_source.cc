#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "fmt/format.h"
#include "ingest/time_format.h"
#include "ingest/time_reader.h"
#include "ingest/token_value.h"
#include "tocsin/ingest/source_spec.h"

namespace tocsin {
namespace {

// Names of columns are more colourful than those of members: they may hold blanks and brackets.
std::string_view ProblemOfPath(std::string_view path) {
  if (path.empty()) return "is empty";
  if (!IsUtf8(path)) return "is not UTF-8";
  if (path.front() == ' ' || path.back() == ' ') return "begins or ends with a blank";
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < ' ') return "holds a control character";
  }
  if (path.front() == '.' || path.back() == '.' || path.find("..") != std::string_view::npos) {
    return "has an empty part; the parts of a path are separated by single dots";
  }
  return {};
}

class SourceCheck {
 public:
  SourceCheck(const SourceSpec& source, const Catalog& catalog, std::vector<Diagnostic>* diagnostics)
      : source_(source), catalog_(catalog), diagnostics_(diagnostics) {}

  void Run() {
    if (source_.name.empty()) Mistake(source_.origin, "a source has no name");
    CheckType();
    CheckTime();
    for (const SourceText& path : source_.id) CheckPath(path, "id");
    if (!source_.where.empty()) CheckPath(source_.where, "where");
    for (size_t i = 0; i < source_.attributes.size(); ++i) CheckAttribute(i);
  }

 private:
  void CheckType() {
    const FieldSpec& type = source_.type;
    if (type.unit != TimeUnit::kNone || !type.format.empty()) Mistake(type.path, "a type has no unit and no format");
    if (!type.constant.has_value()) return CheckPath(type.path, "type");
    const std::string& name = type.constant->text();
    if (catalog_.FindEvent(name).has_value()) return;
    std::vector<std::string> names;
    for (const EventSpec& event : catalog_.events()) names.push_back(event.name);
    const std::string closest = ClosestName(name, names);
    Mistake(*type.constant, fmt::format("no event of type '{}' is declared", Shortened(name)),
            closest.empty() ? "" : fmt::format("did you mean '{}'?", closest));
  }

  void CheckTime() {
    if (source_.time.constant.has_value()) Mistake(*source_.time.constant, "the time of records cannot be a constant");
    CheckPath(source_.time.path, "time");
    CheckTimeForm(source_.time);
  }

  void CheckTimeForm(const FieldSpec& field) {
    if (field.format.empty()) return;
    if (field.unit != TimeUnit::kNone) Mistake(field.format, "a time has a unit or a format, not both");
    const TimeFormat::Problem problem = TimeFormat().Parse(field.format.text());
    if (problem.message.empty()) return;
    diagnostics_->push_back(field.format.Error(problem.offset, problem.length, problem.message, {}, Description()));
  }

  void CheckAttribute(size_t index) {
    const SourceAttribute& attribute = source_.attributes[index];
    const std::string& name = attribute.name.text();
    for (size_t i = 0; i < index; ++i) {
      if (source_.attributes[i].name == attribute.name) {
        return Mistake(attribute.name, fmt::format("the attribute '{}' is given twice", name));
      }
    }
    bool declared = false;
    std::vector<std::string> names;
    for (const EventSpec& event : catalog_.events()) {
      // Of a constant type only that one's attributes can be meant.
      if (source_.type.constant.has_value() && source_.type.constant->text() != event.name) continue;
      for (const AttributeSpec& spec : event.attributes) {
        names.push_back(spec.name);
        if (spec.name != name) continue;
        declared = true;
        if (!CheckField(attribute.field, event, spec)) return;
      }
    }
    if (!attribute.field.constant.has_value()) CheckPath(attribute.field.path, name);
    CheckTimeForm(attribute.field);
    // With a type that is not declared every attribute would look wrong.
    if (declared || names.empty()) return;
    const std::string closest = ClosestName(name, names);
    Mistake(attribute.name, fmt::format("no event has an attribute '{}'", Shortened(name)),
            closest.empty() ? "" : fmt::format("did you mean '{}'?", closest));
  }

  // False when a mistake was found: one is enough, whatever other events say of the attribute.
  bool CheckField(const FieldSpec& field, const EventSpec& event, const AttributeSpec& attribute) {
    const Kind kind = attribute.type.kind;
    if (field.unit != TimeUnit::kNone && kind != Kind::kTimestamp && kind != Kind::kDuration) {
      return Refuse(field.path, fmt::format("a unit is for times and durations; '{}' of event '{}' is of type {}",
                                            attribute.name, event.name, TypeName(attribute.type)));
    }
    if (!field.format.empty() && kind != Kind::kTimestamp) {
      return Refuse(field.format, fmt::format("a format is for times; '{}' of event '{}' is of type {}", attribute.name,
                                              event.name, TypeName(attribute.type)));
    }
    if (!field.constant.has_value()) return true;
    Value value;
    std::string detail;
    const Token token{Token::Kind::kCell, field.constant->text()};
    if (TokenToValue(attribute, TimeReader(field), token, &value, &detail) == Reason::kNone) return true;
    return Refuse(*field.constant, fmt::format("in event '{}', {}", event.name, detail));
  }

  void CheckPath(const SourceText& path, std::string_view of) {
    const std::string_view problem = ProblemOfPath(path.text());
    if (!problem.empty()) Mistake(path, fmt::format("the path of '{}' {}", of, problem));
  }

  bool Refuse(const SourceText& place, std::string message) {
    Mistake(place, std::move(message));
    return false;
  }

  // Where the text itself is nothing to point at, the source is.
  void Mistake(const SourceText& place, std::string message, std::string hint = {}) {
    const SourceText& shown = place.located() ? place : source_.origin;
    diagnostics_->push_back(shown.Error(std::move(message), std::move(hint), Description()));
  }

  std::string Description() const { return fmt::format("source {}", source_.name); }

  const SourceSpec& source_;
  const Catalog& catalog_;
  std::vector<Diagnostic>* diagnostics_;
};

}  // namespace

void CheckSource(const SourceSpec& source, const Catalog& catalog, std::vector<Diagnostic>* diagnostics) {
  SourceCheck(source, catalog, diagnostics).Run();
}

}  // namespace tocsin
