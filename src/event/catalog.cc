#include "tocsin/event/catalog.h"

#include <algorithm>
#include <cmath>

#include "base/utf8.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool IsIdentifier(std::string_view name) {
  if (name.empty() || !IsLetter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return IsLetter(c) || (c >= '0' && c <= '9'); });
}

// What is wrong with a path into a record, or nothing. Its parts are names of JSON members, which may hold more than
// identifiers do ("first-name", "@timestamp"), but nothing that is more likely a slip of the pen.
std::string_view ProblemOfPath(std::string_view path) {
  if (!IsUtf8(path)) return "is not UTF-8";
  for (const char c : path) {
    if (static_cast<unsigned char>(c) <= ' ') return "holds a space or a control character";
    if (c == '"' || c == '\\' || c == '[' || c == ']') return "holds a quote, a backslash or a bracket";
  }
  if (path.front() == '.' || path.back() == '.' || path.find("..") != std::string_view::npos) {
    return "has an empty part; the parts of a path are separated by single dots";
  }
  return {};
}

bool IsReserved(std::string_view name) { return name == "type" || name == "time" || name == "id"; }

bool IsNumeric(Type type) {
  return type.kind == Kind::kInt || type.kind == Kind::kDouble || type.kind == Kind::kDecimal;
}

// Checks one attribute against those before it.
class AttributeCheck {
 public:
  AttributeCheck(const EventSpec& event, std::vector<Diagnostic>* diagnostics)
      : event_(event), diagnostics_(diagnostics) {}

  // False when the attribute cannot be kept.
  bool Check(const AttributeSpec& attribute, const std::vector<AttributeSpec>& before) {
    if (!IsIdentifier(attribute.name)) {
      return Mistake(attribute, fmt::format("the attribute '{}' of event '{}' needs a name of letters, digits and '_' "
                                            "that does not begin with a digit",
                                            attribute.name, event_.name));
    }
    if (IsReserved(attribute.name)) {
      return Mistake(attribute, fmt::format("the name '{0}' is taken: every event has its own '{0}'", attribute.name),
                     fmt::format("give the attribute another name and 'from: {}'",
                                 attribute.from.empty() ? attribute.name : attribute.from));
    }
    for (const AttributeSpec& other : before) {
      if (other.name != attribute.name) continue;
      return Mistake(attribute, fmt::format("event '{}' has the attribute '{}' twice", event_.name, attribute.name));
    }
    if (attribute.type.kind == Kind::kNone || attribute.type.digits > 18) {
      return Mistake(attribute, fmt::format("the attribute '{}' of event '{}' needs a type: string, int, double, bool, "
                                            "decimal(0) to decimal(18), timestamp or duration",
                                            attribute.name, event_.name));
    }
    const std::string_view path_problem = attribute.from.empty() ? std::string_view() : ProblemOfPath(attribute.from);
    if (!path_problem.empty()) {
      return Mistake(attribute,
                     fmt::format("the path '{}' of attribute '{}' {}", attribute.from, attribute.name, path_problem));
    }
    return CheckBounds(attribute);
  }

 private:
  bool CheckBounds(const AttributeSpec& attribute) {
    if (!attribute.min.has_value() && !attribute.max.has_value()) return true;
    if (!IsNumeric(attribute.type)) {
      return Mistake(attribute, fmt::format("'min' and 'max' are for numbers; the attribute '{}' is of type {}",
                                            attribute.name, TypeName(attribute.type)));
    }
    // Written so that a NaN is a mistake too.
    const double min = attribute.min.value_or(-HUGE_VAL);
    const double max = attribute.max.value_or(HUGE_VAL);
    if (min <= max) return true;
    return Mistake(attribute, fmt::format("the 'min' of attribute '{}', {}, is not below its 'max', {}: no number fits",
                                          attribute.name, min, max));
  }

  bool Mistake(const AttributeSpec& attribute, std::string message, std::string hint = {}) {
    diagnostics_->push_back(attribute.origin.Error(std::move(message), std::move(hint),
                                                   fmt::format("event {}, attribute {}", event_.name, attribute.name)));
    return false;
  }

  const EventSpec& event_;
  std::vector<Diagnostic>* diagnostics_;
};

}  // namespace

Catalog Catalog::Create(std::vector<EventSpec> events, std::vector<Diagnostic>* diagnostics) {
  Catalog catalog;
  for (EventSpec& event : events) {
    const auto mistake = [&](std::string message) {
      diagnostics->push_back(event.origin.Error(std::move(message), {}, fmt::format("event {}", event.name)));
    };
    if (!IsIdentifier(event.name)) {
      mistake(fmt::format("the event '{}' needs a name of letters, digits and '_' that does not begin with a digit",
                          event.name));
      continue;
    }
    if (catalog.FindEvent(event.name).has_value()) {
      mistake(fmt::format("the event '{}' is declared twice", event.name));
      continue;
    }
    AttributeCheck check(event, diagnostics);
    std::vector<AttributeSpec> kept;
    for (AttributeSpec& attribute : event.attributes) {
      if (check.Check(attribute, kept)) kept.push_back(std::move(attribute));
    }
    catalog.AddDerived({std::move(event.name), std::move(kept), std::move(event.origin)});
  }
  return catalog;
}

uint32_t Catalog::AddDerived(EventSpec event) {
  const auto type = static_cast<uint32_t>(events_.size());
  events_.push_back(std::move(event));
  const auto place = std::lower_bound(by_name_.begin(), by_name_.end(), type,
                                      [this](uint32_t a, uint32_t b) { return events_[a].name < events_[b].name; });
  by_name_.insert(place, type);
  return type;
}

std::optional<uint32_t> Catalog::FindEvent(std::string_view name) const {
  const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                      [this](uint32_t type, std::string_view n) { return events_[type].name < n; });
  if (found == by_name_.end() || events_[*found].name != name) return std::nullopt;
  return *found;
}

std::optional<uint32_t> Catalog::FindSlot(uint32_t type, std::string_view attribute) const {
  const std::vector<AttributeSpec>& attributes = events_[type].attributes;
  for (size_t slot = 0; slot < attributes.size(); ++slot) {
    if (attributes[slot].name == attribute) return static_cast<uint32_t>(slot);
  }
  return std::nullopt;
}

}  // namespace tocsin
