// Environment: the names that an expression may read.
#include <utility>

#include "tocsin/expr/expression.h"

namespace tocsin {

Environment& Environment::Add(std::string_view name, Type type, uint32_t slot) {
  return AddVariable({std::string(name), type, slot, /*elapsed=*/false});
}

Environment& Environment::AddElapsed(std::string_view name, uint32_t slot) {
  return AddVariable({std::string(name), Kind::kDuration, slot, /*elapsed=*/true});
}

Environment& Environment::AddVariable(Variable variable) {
  const auto [place, added] = by_name_.try_emplace(variable.name, variables_.size());
  if (added) {
    variables_.push_back(std::move(variable));
  } else {
    variables_[place->second] = std::move(variable);
  }
  return *this;
}

Environment& Environment::Forbid(std::string_view name, std::string_view why) {
  forbidden_.insert_or_assign(std::string(name), std::string(why));
  return *this;
}

Environment& Environment::AllowNow() {
  allows_now_ = true;
  return *this;
}

Environment& Environment::SetLanguage(Language language) {
  language_ = std::move(language);
  return *this;
}

Environment& Environment::SetStrict(bool strict) {
  language_.strict = strict;
  return *this;
}

Environment& Environment::SetLimits(ExpressionLimits limits) {
  language_.limits = limits;
  return *this;
}

Environment& Environment::SetFunctions(std::shared_ptr<const HostFunctions> functions) {
  language_.functions = std::move(functions);
  return *this;
}

Environment& Environment::SetRegex(std::shared_ptr<const RegexEngine> regex) {
  language_.regex = std::move(regex);
  return *this;
}

Environment& Environment::SetContainer(std::string container) {
  container_ = std::move(container);
  return *this;
}

Environment& Environment::SetNoun(std::string noun) {
  noun_ = std::move(noun);
  return *this;
}

const Environment::Variable* Environment::Find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &variables_[found->second];
}

const std::string* Environment::WhyForbidden(std::string_view name) const {
  const auto found = forbidden_.find(name);
  return found == forbidden_.end() ? nullptr : &found->second;
}

}  // namespace tocsin
