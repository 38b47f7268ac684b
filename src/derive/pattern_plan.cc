#include "derive/pattern_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "derive/emit_plan.h"

namespace tocsin {
namespace {

constexpr size_t kMostSteps = 64;
constexpr int64_t kMostTimes = 1000;

class PatternCompiler {
 public:
  PatternCompiler(const PatternSpec& spec, const Catalog& catalog, const Language& language,
                  std::vector<Diagnostic>* diagnostics)
      : spec_(spec), catalog_(catalog), language_(language), diagnostics_(*diagnostics) {}

  std::optional<PatternPlan> Run() {
    const size_t before = diagnostics_.size();
    CheckShape();
    FindSteps();
    if (diagnostics_.size() != before) return std::nullopt;
    PlanReactions();
    PlanEmits();
    if (diagnostics_.size() != before) return std::nullopt;
    PlaceCaptures();
    plan_.name = spec_.name;
    plan_.within = *spec_.within;
    plan_.reorder = spec_.reorder;
    plan_.overlap = spec_.overlap;
    for (const SourceText& key : spec_.by) plan_.keys.push_back(key.text());
    std::sort(plan_.keys.begin(), plan_.keys.end());
    plan_.identity = Identity();
    return std::move(plan_);
  }

 private:
  void Complain(std::string message, std::string hint = {}) {
    diagnostics_.push_back(spec_.origin.Error(std::move(message), std::move(hint), "pattern " + spec_.name));
  }
  void Complain(const StepSpec& step, std::string message, std::string hint = {}) {
    const SourceText& place = step.origin.empty() ? spec_.origin : step.origin;
    diagnostics_.push_back(place.Error(std::move(message), std::move(hint), Part("sequence")));
  }
  std::string Part(const std::string& part) const { return fmt::format("pattern {}, {}", spec_.name, part); }

  void CheckShape() {
    // A step of a funnel is named by it.
    if (!IsEventName(spec_.funnel ? spec_.name.substr(0, spec_.name.find('.')) : spec_.name))
      Complain(fmt::format("the pattern '{}' needs a name of letters, digits and '_' that does not begin with a digit",
                           spec_.name));
    if (!spec_.within) {
      Complain(fmt::format("the pattern '{}' has no 'within'", spec_.name), "add one, such as 'within: 1h'");
    } else if (*spec_.within <= Duration::zero()) {
      Complain("'within' must be longer than nothing");
    }
    if (spec_.reorder < Duration::zero()) Complain("'reorder' is negative");
    int64_t events = 0;
    for (const StepSpec& step : spec_.sequence) {
      if (step.times < 1 || step.times > kMostTimes)
        Complain(step, fmt::format("'times' must be from 1 to {}", kMostTimes));
      if (step.absent && step.times != 1) Complain(step, "what must not come is not counted: 'not' has no 'times'");
      if (step.absent && !step.name.empty()) Complain(step, "what must not come has no name: 'not' has no 'as'");
      if (!step.name.empty() && !IsEventName(step.name.text()))
        Complain(step, fmt::format("'{}' cannot name a step: a name is letters, digits and '_'", step.name.text()));
      if (!step.absent) events += step.times;
    }
    if (spec_.sequence.empty()) {
      Complain(fmt::format("the pattern '{}' has no 'sequence'", spec_.name),
               "add one, such as 'sequence: [order_placed, not order_delivered]'");
      return;
    }
    if (spec_.sequence.size() > kMostSteps) Complain(fmt::format("a sequence has at most {} steps", kMostSteps));
    if (spec_.sequence.front().absent) {
      Complain(spec_.sequence.front(), "a sequence begins with an event that comes, not with one that does not",
               "put what begins it first: [order_placed, not order_delivered]");
    } else if (events == 1 && !spec_.sequence.back().absent && !spec_.funnel) {
      Complain("a sequence has two steps at least", "name a second step, 'times: 2', or 'not …' at the end");
    }
  }

  void FindSteps() {
    for (const StepSpec& step : spec_.sequence) {
      found_.push_back(FindEventTypes(step.events, catalog_, Part("sequence"), &diagnostics_));
      if (step.events.empty()) Complain(step, "a step names no event");
      if (step.absent) continue;
      const auto number = static_cast<uint32_t>(plan_.times.size());
      plan_.times.push_back(static_cast<uint16_t>(std::clamp<int64_t>(step.times, 1, kMostTimes)));
      const std::string name = !step.name.empty()        ? step.name.text()
                               : step.events.size() == 1 ? step.events.front().text()
                                                         : std::string();
      names_.AddStep(number, name, found_.back(), catalog_);
    }
    plan_.awaits_end = !spec_.sequence.empty() && spec_.sequence.back().absent;
  }

  EventReactions& ReactionsOf(uint32_t event) {
    for (EventReactions& one : plan_.events) {
      if (one.event == event) return one;
    }
    plan_.events.push_back({event, catalog_.event(event).name, {}});
    return plan_.events.back();
  }

  void PlanReactions() {
    uint32_t steps_behind = 0;
    const auto last_step = static_cast<uint32_t>(plan_.times.size()) - 1;
    for (size_t i = 0; i < spec_.sequence.size(); ++i) {
      const StepSpec& step = spec_.sequence[i];
      const size_t before = diagnostics_.size();
      for (size_t e = 0; e < found_[i].size() && diagnostics_.size() == before; ++e) {
        Reaction reaction;
        reaction.state = steps_behind;
        reaction.where = Compile(step.where, found_[i][e], step.absent ? steps_behind - 1 : steps_behind,
                                 step.absent ? kNoStep : steps_behind, e, Part("where"));
        EventReactions& to = ReactionsOf(found_[i][e]);
        if (step.absent) {
          reaction.kind = Reaction::Kind::kEnd;
          to.reactions.push_back(std::move(reaction));
          continue;
        }
        if (steps_behind == last_step)
          reaction.where_all = Compile(spec_.where, found_[i][e], steps_behind, steps_behind, e, Part("where"));
        origins_.push_back({found_[i][e], steps_behind, e});
        if (steps_behind > 0 || plan_.times.front() > 1) to.reactions.push_back(reaction);
        if (steps_behind > 0) continue;
        reaction.kind = Reaction::Kind::kOpen;
        to.reactions.push_back(std::move(reaction));
      }
      if (!step.absent) ++steps_behind;
    }
    for (EventReactions& to : plan_.events) {
      std::stable_sort(to.reactions.begin(), to.reactions.end(), [](const Reaction& a, const Reaction& b) {
        const auto rank = [](const Reaction& reaction) {
          return reaction.kind == Reaction::Kind::kOpen ? 2 : reaction.kind == Reaction::Kind::kEnd ? 0 : 1;
        };
        if ((rank(a) == 2) != (rank(b) == 2)) return rank(b) == 2;
        if (a.state != b.state) return a.state > b.state;
        return rank(a) < rank(b);
      });
    }
  }

  // A condition at one event type, which is the `alternative`-th of step `own` (or of what must not come). It sees the
  // steps up to `last`. Which captures it reads is said later, by slot.
  std::optional<StepCondition> Compile(const SourceText& text, uint32_t event, uint32_t last, uint32_t own,
                                       size_t alternative, const std::string& description) {
    if (text.empty()) return std::nullopt;
    const EventSpec& event_spec = catalog_.event(event);
    const auto attributes = static_cast<uint32_t>(event_spec.attributes.size());
    Environment environment =
        AttributesOf(event_spec, language_, fmt::format("attribute of '{}' or of an earlier step", event_spec.name));
    names_.AddTo(&environment, attributes, last);
    std::optional<Expression> expression =
        Expression::Compile(text, environment, Kind::kBool, description, &diagnostics_);
    if (!expression) return std::nullopt;
    return Condition(std::move(*expression), attributes, own, alternative);
  }

  StepCondition Condition(Expression expression, uint32_t attributes, uint32_t own, size_t alternative) {
    StepCondition condition{std::move(expression), {}, {}, {}};
    condition.slots = attributes + static_cast<uint32_t>(names_.attributes().size());
    for (const uint32_t slot : condition.expression.slots()) {
      if (slot < attributes) {
        condition.event_slots.push_back(slot);
        continue;
      }
      const StepAttribute& attribute = names_.attributes()[slot - attributes];
      if (attribute.step == own) {
        condition.own.emplace_back(slot, attribute.slots[alternative]);
      } else {
        condition.kept.emplace_back(slot, slot - attributes);  // which capture that is, PlaceCaptures says
        names_.MarkUsedAt(slot - attributes);
      }
    }
    condition.of_event_alone = condition.kept.empty() && condition.own.empty();
    return condition;
  }

  void PlanEmits() {
    std::vector<std::string> taken;
    for (const SourceText& key : spec_.by) taken.push_back(key.text());
    for (const EmitSpec& emit : spec_.emit) {
      if (!CheckEmitName(emit, taken, spec_.origin, Part("emit"), &diagnostics_)) continue;
      taken.push_back(emit.first);
      Environment environment;
      environment.SetLanguage(language_);
      environment.SetNoun("attribute of a step");
      names_.AddTo(&environment, 0, static_cast<uint32_t>(plan_.times.size()));
      std::optional<Expression> expression =
          Expression::Compile(emit.second, environment, Kind::kNone, Part("emit"), &diagnostics_);
      if (!expression) continue;
      plan_.emits.push_back(PlanEmit(emit, *std::move(expression), 0, &names_));
    }
  }

  // Of all that could be kept, what is read.
  void PlaceCaptures() {
    const std::vector<uint32_t> numbers = KeepUsed(names_, &plan_.captures);
    for (EventReactions& to : plan_.events) {
      for (Reaction& reaction : to.reactions) {
        if (reaction.where) Renumber(numbers, &*reaction.where);
        if (reaction.where_all) Renumber(numbers, &*reaction.where_all);
        if (reaction.kind == Reaction::Kind::kEnd) continue;
        const auto origin = std::find_if(origins_.begin(), origins_.end(), [&](const Origin& one) {
          return one.event == to.event && one.step == reaction.state;
        });
        for (size_t i = 0; i < numbers.size(); ++i) {
          const StepAttribute& attribute = names_.attributes()[i];
          if (attribute.used && attribute.step == reaction.state)
            reaction.captures.emplace_back(numbers[i], attribute.slots[origin->alternative]);
        }
      }
    }
    Renumber(numbers, &plan_.emits);
  }

  // All that what attempts hold depends on.
  std::string Identity() const {
    std::string identity = fmt::format("[{}]|{}|{}|{}", fmt::join(plan_.keys, ","), ToNanos(plan_.within),
                                       ToNanos(plan_.reorder), plan_.overlap);
    for (size_t i = 0; i < spec_.sequence.size(); ++i) {
      const StepSpec& step = spec_.sequence[i];
      identity +=
          fmt::format("|{} {} {} {}", step.absent ? "not" : "", step.times, step.name.text(), step.where.text());
      for (const uint32_t event : found_[i]) identity += "," + catalog_.event(event).name;
    }
    return identity + "|" + spec_.where.text() + IdentityOf(plan_.emits, spec_.emit, plan_.captures);
  }

  static constexpr uint32_t kNoStep = ~uint32_t{0};
  struct Origin {
    uint32_t event;
    uint32_t step;
    size_t alternative;
  };

  const PatternSpec& spec_;
  const Catalog& catalog_;
  const Language& language_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<std::vector<uint32_t>> found_;  // event types, by place in the sequence
  std::vector<Origin> origins_;
  StepNames names_;
  PatternPlan plan_;
};

}  // namespace

bool IsEventName(const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

const EventReactions* PatternPlan::ReactionsTo(uint32_t event) const {
  for (const EventReactions& one : events) {
    if (one.event == event) return &one;
  }
  return nullptr;
}

std::optional<PatternPlan> CompilePattern(const PatternSpec& spec, const Catalog& catalog, const Language& language,
                                          std::vector<Diagnostic>* diagnostics) {
  return PatternCompiler(spec, catalog, language, diagnostics).Run();
}

std::vector<uint32_t> FindEventTypes(const std::vector<SourceText>& names, const Catalog& catalog,
                                     const std::string& description, std::vector<Diagnostic>* diagnostics) {
  std::vector<uint32_t> found;
  for (const SourceText& name : names) {
    const std::optional<uint32_t> event = catalog.FindEvent(name.text());
    if (!event) {
      std::vector<std::string> known;
      for (const EventSpec& spec : catalog.events()) known.push_back(spec.name);
      const std::string closest = ClosestName(name.text(), known);
      diagnostics->push_back(name.Error(
          fmt::format("no event is named '{}'", name.text()),
          closest.empty() ? "events are declared under 'events'" : fmt::format("did you mean '{}'?", closest),
          description));
    } else if (std::find(found.begin(), found.end(), *event) != found.end()) {
      diagnostics->push_back(name.Error(fmt::format("the event '{}' is named twice", name.text()), "", description));
    } else {
      found.push_back(*event);
    }
  }
  return found;
}

bool CheckEmitName(const EmitSpec& emit, const std::vector<std::string>& taken, const SourceText& origin,
                   const std::string& description, std::vector<Diagnostic>* diagnostics) {
  const SourceText& place = emit.second.located() || origin.empty() ? emit.second : origin;
  const auto complain = [&](std::string message) {
    diagnostics->push_back(place.Error(std::move(message), "", description));
    return false;
  };
  const std::string& name = emit.first;
  if (!IsEventName(name))
    return complain(fmt::format("the attribute '{}' needs a name of letters, digits and '_'", name));
  if (name == "type" || name == "time" || name == "id")
    return complain(fmt::format("the name '{0}' is taken: every event has its own '{0}'", name));
  if (std::find(taken.begin(), taken.end(), name) != taken.end())
    return complain(fmt::format("'{}' is an attribute already: give this one another name", name));
  return true;
}

}  // namespace tocsin
