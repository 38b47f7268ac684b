#include "expr/resolve.h"

#include <fmt/format.h>

#include <vector>

#include "expr/functions.h"

namespace tocsin {
namespace {

constexpr size_t kFewNames = 6;  // so many are listed where no name is close

class Resolver {
 public:
  Resolver(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes)
      : source_(source),
        environment_(environment),
        tree_(*tree),
        mistakes_(*mistakes),
        silent_(tree->nodes.size(), false) {}

  void Run() {
    // From the root down: what stands inside a call that does not exist is not looked at.
    for (uint32_t i = static_cast<uint32_t>(tree_.nodes.size()); i-- > 0;) {
      Node& node = tree_.nodes[i];
      if (silent_[i]) {
        node.op = Op::kBroken;
        node.type = Kind::kNone;
      } else if (node.op == Op::kCall) {
        ResolveCall(i);
      }
    }
    for (Node& node : tree_.nodes) {
      if (node.op == Op::kName) ResolveName(&node);
    }
  }

 private:
  std::string_view MarkOf(const Node& node) const { return source_.substr(node.mark, node.mark_length); }
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
  void ResolveHas(uint32_t i);
  bool CheckForm(uint32_t i, const Signature& signature);
  void ResolveName(Node* node);
  void RefuseName(const Node& node, const std::string& name);
  std::string HintForName(const std::string& name) const;

  std::string_view source_;
  const Environment& environment_;
  Tree& tree_;
  Mistakes& mistakes_;
  std::vector<bool> silent_;  // nodes inside a refused call
};

void Resolver::ResolveCall(uint32_t i) {
  Node& node = tree_.nodes[i];
  const std::string_view name = MarkOf(node);
  if (name == "has" && !node.method) return ResolveHas(i);
  const Signature* const signature = FindFunction(name);
  std::string_view receiver;
  if (node.method && tree_.Child(node, 0).op == Op::kName) receiver = tree_.texts[tree_.Child(node, 0).name];
  if (signature == nullptr) {
    Refusal refusal = RefuseFunction(name, receiver, environment_.strict());
    return RefuseCall(i, std::move(refusal.message), std::move(refusal.hint));
  }
  if (signature->addition && environment_.strict()) {
    return RefuseCall(i, fmt::format("{}() is an addition to CEL, which strict_cel turns off", name),
                      "write duration(\"720h\")");
  }
  if (!CheckForm(i, *signature)) return;
  node.op = Op::kFunction;
  node.function = signature->function;
}

// f(x) or x.f(), with as many arguments as it takes.
bool Resolver::CheckForm(uint32_t i, const Signature& signature) {
  const Node& node = tree_.nodes[i];
  const std::string_view name = Spelling(signature.function);
  if (node.method && !signature.as_method) {
    RefuseCall(i, fmt::format("{}() is a function, not a method", name),
               fmt::format("write {}({})", name, TextOf(tree_.Child(node, 0))));
    return false;
  }
  if (!node.method && !signature.as_function) {
    std::string hint = fmt::format("write x.{}(y)", name);
    if (node.child_count == 2) {
      hint = fmt::format("write {}.{}({})", TextOf(tree_.Child(node, 0)), name, TextOf(tree_.Child(node, 1)));
    }
    RefuseCall(i, fmt::format("{}() is a method, not a function", name), std::move(hint));
    return false;
  }
  if (node.child_count == signature.arguments()) return true;
  const size_t receiver = node.method ? 1 : 0;
  const size_t wanted = signature.arguments() - receiver;
  const size_t given = node.child_count < receiver ? 0 : node.child_count - receiver;
  RefuseCall(i, fmt::format("{}() takes {}, not {}", name, wanted == 0 ? "no argument" : "one argument", given));
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

void Resolver::ResolveName(Node* node) {
  const std::string& name = tree_.texts[node->name];
  if (const Environment::Variable* const variable = environment_.Find(name)) {
    node->op = Op::kVariable;
    node->type = variable->type.kind == Kind::kDecimal ? Type(Kind::kDouble) : variable->type;
    node->slot = variable->slot;
  } else if (name == "now" && environment_.allows_now()) {
    node->op = Op::kNow;
    node->type = Kind::kTimestamp;
  } else {
    RefuseName(*node, name);
    node->op = Op::kBroken;
  }
}

void Resolver::RefuseName(const Node& node, const std::string& name) {
  // Parentheses around a name are not part of it.
  const auto wrong = [&](std::string message, std::string hint) {
    Wrong(node.mark, node.mark_length, std::move(message), std::move(hint));
  };
  if (const std::string* const why = environment_.WhyForbidden(name)) return wrong(*why, "");
  if (name == "now" && environment_.strict())
    return wrong("'now' is an addition to CEL, which strict_cel turns off", "");
  if (name == "now") return wrong("'now' cannot be read here", "");
  wrong(fmt::format("no {} named '{}'", environment_.noun(), name), HintForName(name));
}

std::string Resolver::HintForName(const std::string& name) const {
  std::vector<std::string> known;
  for (const Environment::Variable& variable : environment_.variables()) known.push_back(variable.name);
  std::vector<std::string> candidates = known;
  candidates.insert(candidates.end(), {"true", "false"});
  if (environment_.allows_now()) candidates.emplace_back("now");
  if (const std::string closest = ClosestName(name, candidates); !closest.empty()) {
    return fmt::format("did you mean '{}'?", closest);
  }
  if (const size_t dot = name.rfind('.'); dot != std::string::npos) {
    const std::string_view before = std::string_view(name).substr(0, dot);
    if (const Environment::Variable* const variable = environment_.Find(before)) {
      return fmt::format("'{}' is {} and has no parts", before, WithArticle(variable->type));
    }
  }
  if (FindFunction(name) != nullptr) return fmt::format("'{}' is a function: {}(...)", name, name);
  if (known.empty() || known.size() > kFewNames) return {};
  std::string hint = "known here: " + known.front();
  for (size_t i = 1; i < known.size(); ++i) hint.append(", ").append(known[i]);
  return hint;
}

}  // namespace

void Resolve(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes) {
  Resolver(source, environment, tree, mistakes).Run();
}

}  // namespace tocsin
