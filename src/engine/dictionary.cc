#include "engine/dictionary.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace tocsin {

std::string KeyList(const std::vector<std::string>& keys) { return fmt::format("[{}]", fmt::join(keys, ", ")); }

bool IsSubset(const std::vector<std::string>& keys, const std::vector<std::string>& of) {
  return std::includes(of.begin(), of.end(), keys.begin(), keys.end());
}

bool IsProfile(std::string_view name) { return name.rfind("profile.", 0) == 0; }

Dictionary::Dictionary(const Language& language) { environment_.SetLanguage(language).AllowNow(); }

void Dictionary::Add(Entry entry) {
  const auto slot = static_cast<uint32_t>(entries_.size());
  if (entry.elapsed) {
    environment_.AddElapsed(entry.name, slot);
  } else {
    environment_.Add(entry.name, entry.type, slot);
  }
  by_name_[entry.name] = slot;
  entries_.push_back(std::move(entry));
}

void Dictionary::AddMistaken(const std::string& name) {
  if (Find(name) != nullptr) return;
  Entry entry;
  entry.name = name;
  entry.type = Kind::kDouble;
  entry.mistaken = true;
  Add(std::move(entry));
}

const Dictionary::Entry* Dictionary::Find(std::string_view name) const {
  auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

Reader::Reader(Plan::Layout* layout, const Dictionary& names, std::vector<Diagnostic>* diagnostics)
    : layout_(*layout), names_(names), diagnostics_(*diagnostics) {}

void Reader::AddEventName(const std::string& name, Type type, uint32_t index) {
  Dictionary::Entry entry;
  entry.name = name;
  entry.type = type;
  entry.source = Variable::Source::kEvent;
  entry.index = index;
  event_names_.push_back(std::move(entry));
}

void Reader::AddTextName(const std::string& name, Variable::Source source, uint32_t index) {
  Dictionary::Entry entry;
  entry.name = name;
  entry.type = Kind::kString;
  entry.source = source;
  entry.index = index;
  text_names_.push_back(std::move(entry));
}

const Dictionary::Entry& Reader::At(uint32_t slot) const {
  const auto first_event = static_cast<uint32_t>(names_.entries().size());
  return slot < first_event ? names_.entries()[slot] : event_names_[slot - first_event];
}

// Finds the mistakes of the texts themselves, and what they read.
bool Reader::Discover(const std::vector<Wanted>& wanted) {
  const auto first_event = static_cast<uint32_t>(names_.entries().size());
  const Environment* environment = &names_.environment();
  Environment with_event;
  if (!event_names_.empty()) {
    with_event = *environment;
    for (uint32_t i = 0; i < event_names_.size(); ++i)
      with_event.Add(event_names_[i].name, event_names_[i].type, first_event + i);
    environment = &with_event;
  }
  bool good = true;
  bool mistaken = false;
  for (const Wanted& one : wanted) {
    std::optional<Expression> compiled =
        Expression::Compile(one.text, *environment, one.expected, one.description, &diagnostics_);
    if (!compiled) {
      good = false;
      continue;
    }
    for (uint32_t slot : compiled->slots()) {
      mistaken = mistaken || At(slot).mistaken;
      used_.insert(slot);
    }
  }
  return good && !mistaken;
}

std::optional<uint32_t> Reader::Finest(const std::vector<Wanted>& wanted) {
  std::optional<uint32_t> finest;
  for (uint32_t slot : used_) {
    const Dictionary::Entry& entry = At(slot);
    // What is known of a customer makes no rule one of customers.
    if (entry.source != Variable::Source::kMetric || IsProfile(entry.name)) continue;
    const auto& keys = layout_.groupings[entry.grouping].keys;
    if (!finest || keys.size() > layout_.groupings[*finest].keys.size()) finest = entry.grouping;
  }
  if (!finest) {
    diagnostics_.push_back(wanted.front().text.Error("this reads no metric, so it would never be evaluated",
                                                     "name a metric that is declared under 'metrics'",
                                                     wanted.front().description));
  }
  return finest;
}

// What is known of somebody, where groups are made of it.
bool Reader::IsProfileKey(const Dictionary::Entry& entry) const {
  const auto& own = layout_.groupings[*grouping_].keys;
  return IsProfile(entry.name) && std::find(own.begin(), own.end(), entry.name) != own.end();
}

bool Reader::MayRead(const Dictionary::Entry& entry) const {
  if (entry.source == Variable::Source::kEvent || IsProfileKey(entry)) return true;
  const auto& own = layout_.groupings[*grouping_].keys;
  if (entry.source == Variable::Source::kKey) return std::find(own.begin(), own.end(), entry.name) != own.end();
  return IsSubset(layout_.groupings[entry.grouping].keys, own);
}

std::string Reader::WhyNot(const Dictionary::Entry& entry) const {
  const std::string own = KeyList(layout_.groupings[*grouping_].keys);
  if (entry.source == Variable::Source::kKey)
    return fmt::format("'{}' is no key of these metrics, which are kept by {}", entry.name, own);
  if (IsProfile(entry.name)) {
    return fmt::format("'{}' is known of {}, which is no key of these metrics: they are kept by {}", entry.name,
                       layout_.groupings[entry.grouping].keys.front(), own);
  }
  if (layout_.groupings[*grouping_].keys.empty()) {
    return fmt::format("'{0}' is kept by {1}, and this has one group for everything: say 'by: {1}'", entry.name,
                       KeyList(layout_.groupings[entry.grouping].keys));
  }
  return fmt::format("'{}' is kept by {}, another metric here by {}: the keys of one must contain those of the other",
                     entry.name, KeyList(layout_.groupings[entry.grouping].keys), own);
}

uint32_t Reader::ParentOf(uint32_t grouping) {
  if (grouping == *grouping_) return 0;
  GroupingPlan& own = layout_.groupings[*grouping_];
  for (uint32_t p = 0; p < own.parents.size(); ++p) {
    if (own.parents[p].grouping == grouping) return p + 1;
  }
  ParentPlan parent;
  parent.grouping = grouping;
  for (const std::string& key : layout_.groupings[grouping].keys) {
    parent.keys.push_back(static_cast<uint32_t>(std::find(own.keys.begin(), own.keys.end(), key) - own.keys.begin()));
  }
  own.parents.push_back(std::move(parent));
  return static_cast<uint32_t>(own.parents.size());
}

uint32_t Reader::Slot(const Dictionary::Entry& entry) {
  auto [found, added] = slots_.emplace(entry.name, static_cast<uint32_t>(reads_.size()));
  if (!added) return found->second;
  Variable variable;
  variable.name = entry.name;
  variable.type = entry.type;
  variable.source = entry.source;
  variable.index = entry.index;
  if (IsProfileKey(entry)) variable.source = Variable::Source::kKey;
  if (variable.source == Variable::Source::kKey) {
    const auto& own = layout_.groupings[*grouping_].keys;
    variable.index = static_cast<uint32_t>(std::find(own.begin(), own.end(), entry.name) - own.begin());
  } else if (entry.source == Variable::Source::kMetric) {
    variable.parent = ParentOf(entry.grouping);
  }
  reads_.push_back(std::move(variable));
  return found->second;
}

bool Reader::Compile(std::vector<Wanted>* wanted, std::optional<uint32_t> grouping) {
  if (!Discover(*wanted)) return false;
  grouping_ = grouping ? grouping : Finest(*wanted);
  if (!grouping_) return false;
  Environment environment;
  environment.SetLanguage(names_.environment().language()).AllowNow();
  for (uint32_t slot : used_) {
    const Dictionary::Entry& entry = At(slot);
    if (!MayRead(entry)) {
      environment.Forbid(entry.name, WhyNot(entry));
    } else if (entry.elapsed) {
      environment.AddElapsed(entry.name, Slot(entry));
    } else {
      environment.Add(entry.name, entry.type, Slot(entry));
    }
  }
  bool good = true;
  for (Wanted& one : *wanted) {
    one.compiled = Expression::Compile(one.text, environment, one.expected, one.description, &diagnostics_);
    good = good && one.compiled.has_value();
  }
  return good;
}

std::optional<uint32_t> Reader::SlotOf(std::string_view name) {
  for (const Dictionary::Entry& entry : event_names_) {
    if (entry.name == name) return Slot(entry);
  }
  if (const Dictionary::Entry* entry = names_.Find(name); entry != nullptr && !entry->mistaken && MayRead(*entry))
    return Slot(*entry);
  for (const Dictionary::Entry& entry : text_names_) {
    if (entry.name == name) return Slot(entry);
  }
  return std::nullopt;
}

std::vector<std::string> Reader::Readable() const {
  std::vector<std::string> names;
  for (const Dictionary::Entry& entry : names_.entries()) {
    if (entry.mistaken || MayRead(entry)) names.push_back(entry.name);
  }
  for (const Dictionary::Entry& entry : event_names_) names.push_back(entry.name);
  return names;
}

}  // namespace tocsin
