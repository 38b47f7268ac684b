#include "derive/session_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "derive/emit_plan.h"

namespace tocsin {
namespace {

class SessionCompiler {
 public:
  SessionCompiler(const SessionSpec& spec, const Catalog& catalog, const Language& language,
                  std::vector<Diagnostic>* diagnostics)
      : spec_(spec), catalog_(catalog), language_(language), diagnostics_(*diagnostics) {}

  std::optional<SessionPlan> Run() {
    const size_t before = diagnostics_.size();
    CheckShape();
    const std::vector<uint32_t> events = FindEventTypes(spec_.events, catalog_, Part("event"), &diagnostics_);
    for (const uint32_t event : events) {
      SessionSource source{event, catalog_.event(event).name, {}, {}, {}};
      if (!spec_.where.empty() && diagnostics_.size() == before) source.where = Where(event);
      plan_.sources.push_back(std::move(source));
    }
    names_.AddStep(0, "first", events, catalog_);
    names_.AddStep(1, "last", events, catalog_);
    PlanEmits();
    if (diagnostics_.size() != before) return std::nullopt;
    PlaceCaptures();
    plan_.name = spec_.name;
    plan_.gap = *spec_.gap;
    for (const SourceText& key : spec_.by) plan_.keys.push_back(key.text());
    std::sort(plan_.keys.begin(), plan_.keys.end());
    plan_.identity = Identity();
    return std::move(plan_);
  }

 private:
  std::string Part(const std::string& part) const { return fmt::format("session {}, {}", spec_.name, part); }

  void CheckShape() {
    const auto complain = [&](std::string message, std::string hint = {}) {
      diagnostics_.push_back(spec_.origin.Error(std::move(message), std::move(hint), "session " + spec_.name));
    };
    if (!IsEventName(spec_.name))
      complain(fmt::format("the session '{}' needs a name of letters, digits and '_' that does not begin with a digit",
                           spec_.name));
    if (spec_.events.empty())
      complain(fmt::format("the session '{}' does not say which events it is about", spec_.name), "add 'event: …'");
    if (!spec_.gap) {
      complain(fmt::format("the session '{}' has no 'gap'", spec_.name), "add one, such as 'gap: 30m'");
    } else if (*spec_.gap <= Duration::zero()) {
      complain("'gap' must be longer than nothing");
    }
  }

  std::optional<Expression> Where(uint32_t event) {
    const EventSpec& event_spec = catalog_.event(event);
    const Environment environment =
        AttributesOf(event_spec, language_, fmt::format("attribute of '{}'", event_spec.name));
    return Expression::Compile(spec_.where, environment, Kind::kBool, Part("where"), &diagnostics_);
  }

  void PlanEmits() {
    std::vector<std::string> taken = {"start", "duration", "count"};
    for (const SourceText& key : spec_.by) {
      if (std::find(taken.begin(), taken.end(), key.text()) != taken.end())
        diagnostics_.push_back(key.Error(
            fmt::format("every session has its own '{}', which cannot be a key too", key.text()), "", Part("by")));
      taken.push_back(key.text());
    }
    Environment environment;
    environment.SetLanguage(language_);
    environment.SetNoun("attribute of a session");
    environment.Add("start", Kind::kTimestamp, SessionPlan::kStart);
    environment.Add("duration", Kind::kDuration, SessionPlan::kDuration);
    environment.Add("count", Kind::kInt, SessionPlan::kCount);
    names_.AddTo(&environment, SessionPlan::kOwn, 1);
    for (const EmitSpec& emit : spec_.emit) {
      if (!CheckEmitName(emit, taken, spec_.origin, Part("emit"), &diagnostics_)) continue;
      taken.push_back(emit.first);
      std::optional<Expression> expression =
          Expression::Compile(emit.second, environment, Kind::kNone, Part("emit"), &diagnostics_);
      if (!expression) continue;
      plan_.emits.push_back(PlanEmit(emit, *std::move(expression), SessionPlan::kOwn, &names_));
    }
  }

  void PlaceCaptures() {
    const std::vector<uint32_t> numbers = KeepUsed(names_, &plan_.captures);
    for (size_t i = 0; i < numbers.size(); ++i) {
      const StepAttribute& attribute = names_.attributes()[i];
      if (!attribute.used) continue;
      for (size_t s = 0; s < plan_.sources.size(); ++s) {
        SessionSource& source = plan_.sources[s];
        (attribute.step == 0 ? source.first : source.last).emplace_back(numbers[i], attribute.slots[s]);
      }
    }
    Renumber(numbers, &plan_.emits);
  }

  std::string Identity() const {
    std::string identity =
        fmt::format("[{}]|{}|{}", fmt::join(plan_.keys, ","), ToNanos(plan_.gap), spec_.where.text());
    for (const SessionSource& source : plan_.sources) identity += "," + source.event_name;
    return identity + IdentityOf(plan_.emits, spec_.emit, plan_.captures);
  }

  const SessionSpec& spec_;
  const Catalog& catalog_;
  const Language& language_;
  std::vector<Diagnostic>& diagnostics_;
  StepNames names_;
  SessionPlan plan_;
};

}  // namespace

const SessionSource* SessionPlan::SourceOf(uint32_t event) const {
  for (const SessionSource& source : sources) {
    if (source.event == event) return &source;
  }
  return nullptr;
}

std::optional<SessionPlan> CompileSession(const SessionSpec& spec, const Catalog& catalog, const Language& language,
                                          std::vector<Diagnostic>* diagnostics) {
  return SessionCompiler(spec, catalog, language, diagnostics).Run();
}

}  // namespace tocsin
