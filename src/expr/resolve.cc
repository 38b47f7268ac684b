#include "expr/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "expr/functions.h"
#include "expr/syntax_error.h"
#include "tocsin/expr/host_functions.h"

namespace tocsin {
namespace {

bool CountFits(size_t count, std::span<const Overload> overloads) {
  return std::any_of(overloads.begin(), overloads.end(),
                     [count](const Overload& overload) { return overload.parameters.size() == count; });
}

// CEL's types are values of their own.
bool IsTypeName(std::string_view name) {
  return name == "bool" || name == "int" || name == "uint" || name == "double" || name == "string" || name == "bytes" ||
         name == "list" || name == "map" || name == "null_type" || name == "type" ||
         name == "google.protobuf.Timestamp" || name == "google.protobuf.Duration";
}

constexpr size_t kFewNames = 6;  // so many are listed where no name is close

class Resolver {
 public:
  Resolver(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes)
      : source_(source),
        environment_(environment),
        tree_(*tree),
        mistakes_(*mistakes),
        silent_(tree->nodes.size(), false),
        scopes_(tree->nodes.size()) {}

  void Run() {
    // From the root down: what stands inside a call that does not exist is not looked at, and the variable of an inner
    // macro hides that of an outer one.
    for (uint32_t i = static_cast<uint32_t>(tree_.nodes.size()); i-- > 0;) {
      Node& node = tree_.nodes[i];
      if (silent_[i]) {
        node.op = Op::kBroken;
        node.type = Kind::kNone;
      } else if (node.op == Op::kCall) {
        ResolveCall(i);
      }
    }
    for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
      if (tree_.nodes[i].op == Op::kName) ResolveName(i);
    }
  }

 private:
  // The macros that a node stands in the bodies of.
  struct Scope {
    uint32_t depth = 0;
    const std::string* variable = nullptr;  // of the macro that its name means
    uint32_t level = 0;                     // that macro's
  };

  std::string_view TextOf(const Node& node) const { return source_.substr(node.offset, node.length); }

  void Wrong(size_t offset, size_t length, std::string message, std::string hint = {}) {
    mistakes_.push_back({offset, length, std::move(message), std::move(hint)});
  }
  // Reports the call `i` and forgets it with everything in it.
  void RefuseCall(uint32_t i, std::string message, std::string hint = {}) {
    Node& node = tree_.nodes[i];
    Wrong(node.mark, node.mark_length, std::move(message), std::move(hint));
    for (uint32_t inside = tree_.FirstOf(i); inside < i; ++inside) silent_[inside] = true;
    node.op = Op::kBroken;
  }

  void ResolveCall(uint32_t i);
  bool ResolveMacro(uint32_t i, const std::string& name);
  void ResolveHost(uint32_t i, const std::string& name);
  void ResolveHas(uint32_t i);
  bool CheckForm(uint32_t i, const std::string& name, std::span<const Overload> overloads);
  bool CheckCount(uint32_t i, const std::string& name, std::span<const Overload> overloads);
  void ResolveName(uint32_t i);
  const Environment::Variable* FindVariable(const std::string& name, bool absolute) const;
  void RefuseName(uint32_t i, const std::string& name);
  std::string HintForName(uint32_t i, const std::string& name) const;
  bool ReadsText(const Node& node) const;
  bool StandsForText(uint32_t i) const;
  std::string LongerNames(const std::string& name) const;

  std::string_view source_;
  const Environment& environment_;
  Tree& tree_;
  Mistakes& mistakes_;
  std::vector<bool> silent_;  // nodes inside a refused call
  std::vector<Scope> scopes_;
};

void Resolver::ResolveCall(uint32_t i) {
  Node& node = tree_.nodes[i];
  const std::string name = tree_.texts[node.name];
  if (name == "has" && !node.method) return ResolveHas(i);
  if (ResolveMacro(i, name)) return;
  if (environment_.functions() != nullptr && !node.method && environment_.functions()->Find(name) != nullptr) {
    return ResolveHost(i, name);
  }
  const std::span<const Overload> overloads = FindFunction(name);
  if (overloads.empty()) {
    Refusal refusal = RefuseFunction(name, environment_.strict());
    return RefuseCall(i, std::move(refusal.message), std::move(refusal.hint));
  }
  if (overloads.front().addition && environment_.strict()) {
    return RefuseCall(i, fmt::format("{}() is an addition to CEL, which strict_cel turns off", name),
                      "write duration(\"720h\")");
  }
  if (!CheckForm(i, name, overloads) || !CheckCount(i, name, overloads)) return;
  node.op = overloads.front().function == Function::kDyn ? Op::kDyn : Op::kFunction;
  node.function = overloads.front().function;
}

// x.all(i, ...), cel.bind(i, x, ...): the first argument is the name of a variable, the last ones can read it. True
// when it is a macro, right or wrong.
bool Resolver::ResolveMacro(uint32_t i, const std::string& name) {
  Node& node = tree_.nodes[i];
  const bool bind = name == Spelling(Function::kBind);
  const Function macro = bind ? Function::kBind : FindMacro(name);
  if (macro == Function::kNone || (!bind && !node.method)) return false;
  const uint32_t binder = bind ? 0 : 1;
  const uint32_t least = 3;
  const uint32_t most = macro == Function::kMap ? 4 : 3;
  if (node.child_count == least + 1 && macro != Function::kMap && !bind && tree_.Child(node, 2).op == Op::kName) {
    RefuseCall(i, "macros with two variables are not supported", fmt::format("write x.{}(item, ...)", name));
    return true;
  }
  if (node.child_count < least || node.child_count > most) {
    RefuseCall(i, fmt::format("{}() takes a variable and {}", name, bind ? "two expressions" : "an expression"),
               bind ? "write cel.bind(n, size(country), n > 2 && n < 9)" : fmt::format("write x.{}(item, ...)", name));
    return true;
  }
  Node& variable = tree_.Child(node, binder);
  if (variable.op == Op::kBroken) {
    node.op = Op::kBroken;
    return true;
  }
  const bool simple =
      variable.op == Op::kName && !variable.method && tree_.texts[variable.name].find('.') == std::string::npos;
  if (!simple) {
    const uint32_t offset = variable.offset;
    const uint32_t length = variable.length;
    Wrong(offset, length, fmt::format("{}() needs the name of a variable here", name),
          bind ? "write cel.bind(n, size(country), n > 2 && n < 9)" : fmt::format("write x.{}(item, ...)", name));
    for (uint32_t inside = tree_.FirstOf(i); inside < i; ++inside) silent_[inside] = true;
    node.op = Op::kBroken;
    return true;
  }
  variable.op = Op::kBinder;
  node.op = Op::kMacro;
  node.function = macro;
  node.name = variable.name;
  node.slot = scopes_[i].depth;
  for (uint32_t ordinal = 2; ordinal < node.child_count; ++ordinal) {
    const uint32_t body = tree_.children[node.first_child + ordinal];
    for (uint32_t j = tree_.FirstOf(body); j <= body; ++j) {
      scopes_[j].depth = node.slot + 1;
      const Node& inside = tree_.nodes[j];
      if (inside.op != Op::kName || inside.method) continue;
      const std::string_view read = tree_.texts[inside.name];
      const std::string& declared = tree_.texts[node.name];
      if (read.substr(0, read.find('.')) != declared) continue;
      scopes_[j].variable = &declared;
      scopes_[j].level = node.slot;
    }
  }
  return true;
}

void Resolver::ResolveHost(uint32_t i, const std::string& name) {
  Node& node = tree_.nodes[i];
  const HostFunction& function = *environment_.functions()->Find(name);
  if (node.child_count != function.parameters.size()) {
    return RefuseCall(i, fmt::format("{}() takes {} argument{}, not {}", name, function.parameters.size(),
                                     function.parameters.size() == 1 ? "" : "s", node.child_count));
  }
  node.op = Op::kFunction;
  node.function = Function::kHost;
}

// f(x) or x.f().
bool Resolver::CheckForm(uint32_t i, const std::string& name, std::span<const Overload> overloads) {
  const Node& node = tree_.nodes[i];
  if (node.method && overloads.front().form == CallForm::kFunction) {
    RefuseCall(i, fmt::format("{}() is a function, not a method", name),
               fmt::format("write {}({})", name, TextOf(tree_.Child(node, 0))));
    return false;
  }
  if (!node.method && overloads.front().form == CallForm::kMethod) {
    std::string hint = fmt::format("write x.{}({})", name, overloads.front().parameters.size() == 1 ? "" : "y");
    if (node.child_count >= 1 && CountFits(node.child_count, overloads)) {
      hint = fmt::format("write {}.{}(", TextOf(tree_.Child(node, 0)), name);
      for (uint32_t ordinal = 1; ordinal < node.child_count; ++ordinal) {
        hint.append(ordinal > 1 ? ", " : "").append(TextOf(tree_.Child(node, ordinal)));
      }
      hint += ")";
    }
    RefuseCall(i, fmt::format("{}() is a method, not a function", name), std::move(hint));
    return false;
  }
  return true;
}

// With as many arguments as it takes.
bool Resolver::CheckCount(uint32_t i, const std::string& name, std::span<const Overload> overloads) {
  const Node& node = tree_.nodes[i];
  if (IsVariadic(overloads.front().function) ? node.child_count > 0 : CountFits(node.child_count, overloads)) {
    return true;
  }
  static constexpr std::string_view kCounts[] = {"no argument", "one argument", "two arguments", "three arguments"};
  const size_t receiver = node.method ? 1 : 0;
  size_t least = overloads.front().parameters.size() - receiver;
  size_t most = least;
  for (const Overload& overload : overloads) {
    least = std::min(least, overload.parameters.size() - receiver);
    most = std::max(most, overload.parameters.size() - receiver);
  }
  const std::string wanted = least == most ? std::string(kCounts[least])
                                           : fmt::format("{} or {}",
                                                         least == 0   ? "no"
                                                         : least == 1 ? "one"
                                                                      : "two",
                                                         kCounts[most]);
  RefuseCall(i, fmt::format("{}() takes {}, not {}", name, wanted,
                            node.child_count < receiver ? 0 : node.child_count - receiver));
  return false;
}

void Resolver::ResolveHas(uint32_t i) {
  Node& node = tree_.nodes[i];
  if (node.child_count != 1) {
    return RefuseCall(i, fmt::format("has() takes one argument, not {}", node.child_count));
  }
  const Node& child = tree_.Child(node, 0);
  if (child.op == Op::kBroken) {
    node.op = Op::kBroken;
    return;
  }
  if (child.op != Op::kName) {
    Wrong(child.offset, child.length, "has() asks for a single name, not for the value of an expression",
          "write has(a) && has(b) for an expression of both");
    for (uint32_t inside = tree_.FirstOf(i); inside < i; ++inside) silent_[inside] = true;
    node.op = Op::kBroken;
    return;
  }
  if (environment_.strict() && tree_.texts[child.name].find('.') == std::string::npos) {
    return RefuseCall(i, "has() of a name without a dot is an addition to CEL, which strict_cel turns off");
  }
  node.op = Op::kHas;
}

void Resolver::ResolveName(uint32_t i) {
  Node& node = tree_.nodes[i];
  const std::string& name = tree_.texts[node.name];
  if (scopes_[i].variable != nullptr) {
    node.op = Op::kItem;
    node.slot = scopes_[i].level;
    if (name == *scopes_[i].variable) return;
    Wrong(node.mark, node.mark_length, fmt::format("'{}' is a macro's variable and has no parts", *scopes_[i].variable),
          fmt::format("write .{} for the name that is declared outside", name));
    node.op = Op::kBroken;
  } else if (const Environment::Variable* const variable = FindVariable(name, node.method)) {
    node.op = Op::kVariable;
    node.type = variable->type.kind == Kind::kDecimal ? Type(Kind::kDouble) : variable->type;
    node.slot = variable->slot;
    tree_.texts[node.name] = variable->name;
  } else if (name == "now" && environment_.allows_now()) {
    node.op = Op::kNow;
    node.type = Kind::kTimestamp;
  } else if (IsTypeName(name) && environment_.WhyForbidden(name) == nullptr) {
    node.op = Op::kLiteral;
    node.type = kTypeKind;
    node.text = node.name;
  } else {
    RefuseName(i, name);
    node.op = Op::kBroken;
  }
}

// In the container first, then in those around it.
const Environment::Variable* Resolver::FindVariable(const std::string& name, bool absolute) const {
  std::string container = absolute ? std::string() : environment_.container();
  while (!container.empty()) {
    if (const auto* const variable = environment_.Find(fmt::format("{}.{}", container, name))) return variable;
    const size_t dot = container.rfind('.');
    container.resize(dot == std::string::npos ? 0 : dot);
  }
  return environment_.Find(name);
}

void Resolver::RefuseName(uint32_t i, const std::string& name) {
  const Node& node = tree_.nodes[i];
  // Parentheses around a name are not part of it.
  const auto wrong = [&](std::string message, std::string hint) {
    Wrong(node.mark, node.mark_length, std::move(message), std::move(hint));
  };
  if (const std::string* const why = environment_.WhyForbidden(name)) return wrong(*why, "");
  if (name == "now" && environment_.strict())
    return wrong("'now' is an addition to CEL, which strict_cel turns off", "");
  if (name == "now") return wrong("'now' cannot be read here", "");
  wrong(fmt::format("no {} named '{}'", environment_.noun(), name), HintForName(i, name));
}

bool Resolver::ReadsText(const Node& node) const {
  if (node.op == Op::kVariable) return node.type == Kind::kString;
  if (node.op != Op::kName) return false;
  const Environment::Variable* const variable = FindVariable(tree_.texts[node.name], node.method);
  return variable != nullptr && variable->type.kind == Kind::kString;
}

// Whether it is compared with a variable that has text, or stands in a list in which one is looked for.
bool Resolver::StandsForText(uint32_t i) const {
  bool in_list = false;
  for (uint32_t parent = i + 1; parent < tree_.nodes.size(); ++parent) {
    const Node& node = tree_.nodes[parent];
    const auto children = tree_.ChildrenOf(node);
    if (std::find(children.begin(), children.end(), i) == children.end()) continue;
    if (node.op == Op::kList && !in_list) {
      in_list = true;
      i = parent;
      continue;
    }
    if (in_list ? node.op != Op::kIn : !IsComparison(node.op)) return false;
    return ReadsText(tree_.nodes[children[0]]) || ReadsText(tree_.nodes[children[1]]);
  }
  return false;
}

// "'profile.segment'", of the names that end with this one.
std::string Resolver::LongerNames(const std::string& name) const {
  std::string names;
  size_t count = 0;
  for (const Environment::Variable& variable : environment_.variables()) {
    const std::string& longer = variable.name;
    if (longer.size() <= name.size() + 1 || !longer.ends_with(name) || longer[longer.size() - name.size() - 1] != '.') {
      continue;
    }
    names += fmt::format("{}'{}'", count++ == 0 ? "" : " or ", longer);
  }
  return count <= kFewNames / 2 ? names : std::string();
}

std::string Resolver::HintForName(uint32_t i, const std::string& name) const {
  if (IsNothing(name)) return "has(x) asks whether x has a value";
  if (name.starts_with("now.") && environment_.allows_now()) return "write now.getHours(\"Europe/London\") or the like";
  const bool text = StandsForText(i);
  std::vector<std::string> known;
  for (const Environment::Variable& variable : environment_.variables()) known.push_back(variable.name);
  std::vector<std::string> candidates = known;
  candidates.insert(candidates.end(), {"true", "false"});
  if (environment_.allows_now()) candidates.emplace_back("now");
  if (const std::string longer = LongerNames(name); !longer.empty()) return fmt::format("did you mean {}?", longer);
  if (const std::string closest = ClosestName(name, candidates); !closest.empty()) {
    const Environment::Variable* const variable = environment_.Find(closest);
    if (!text || (variable != nullptr && variable->type.kind == Kind::kString)) {
      return fmt::format("did you mean '{}'?", closest);
    }
  }
  if (constexpr std::string_view kEvent = "event."; std::string_view(name).starts_with(kEvent)) {
    const std::string attribute = name.substr(kEvent.size());
    if (environment_.Find(attribute) != nullptr) return fmt::format("write {}", attribute);
    return "a rule reads an event's attributes only where it says which event: 'event: refund'";
  }
  if (const size_t dot = name.rfind('.'); dot != std::string::npos) {
    const std::string_view before = std::string_view(name).substr(0, dot);
    if (const Environment::Variable* const variable = environment_.Find(before)) {
      return fmt::format("'{}' is {} and has no parts", before, WithArticle(variable->type));
    }
  }
  if (text) return fmt::format("a text stands in quotes: \"{}\"", name);
  if (!FindFunction(name).empty()) return fmt::format("'{}' is a function: {}(...)", name, name);
  if (known.empty() || known.size() > kFewNames) return {};
  std::string hint = "known here: " + known.front();
  for (size_t j = 1; j < known.size(); ++j) hint.append(", ").append(known[j]);
  return hint;
}

}  // namespace

void Resolve(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes) {
  Resolver(source, environment, tree, mistakes).Run();
}

}  // namespace tocsin
