// Functions: which overload fits, and constants that no evaluation could convert.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "expr/checker.h"
#include "expr/conversions.h"
#include "expr/zone.h"
#include "tocsin/base/time.h"
#include "tocsin/expr/host_functions.h"
#include "tocsin/expr/regex.h"

namespace tocsin {

void Checker::CheckFunction(Node* node) {
  if (node->function == Function::kHost) return CheckHost(node);
  if (IsVariadic(node->function)) return CheckVariadic(node);
  const std::span<const Overload> overloads = OverloadsOf(node->function);
  if (std::all_of(overloads.begin(), overloads.end(),
                  [&](const Overload& overload) { return overload.result == overloads.front().result; })) {
    node->type = TypeOfLetter(overloads.front().result);  // whatever its arguments are
  }
  if (!KnowsChildren(*node)) return;
  std::vector<const Overload*> left;
  for (const Overload& overload : overloads) {
    if (overload.parameters.size() == node->child_count) left.push_back(&overload);
  }
  for (size_t i = 0; i < node->child_count; ++i) {
    std::vector<const Overload*> fitting;
    for (const Overload* const overload : left) {
      if (Accepts(overload->parameters[i], tree_.Child(*node, i).type)) fitting.push_back(overload);
    }
    if (fitting.empty()) return RefuseArgument(*node, i, overloads);
    left = std::move(fitting);
  }
  node->type = TypeOfLetter(left.front()->result);
  for (size_t i = 0; i < node->child_count; ++i) {
    if (!CheckConstantArgument(*node, i)) node->type = Kind::kNone;
  }
}

void Checker::RefuseArgument(const Node& node, size_t ordinal, std::span<const Overload> overloads) {
  const Node& argument = tree_.Child(node, ordinal);
  std::string takes(ordinal == 0 || IsVariadic(node.function) ? overloads.front().takes : "");
  const bool stated = !takes.empty();
  for (const Overload& overload : overloads) {
    if (stated) break;
    if (overload.parameters.size() != node.child_count) continue;
    const std::string type = WithArticle(TypeOfLetter(overload.parameters[ordinal]));
    if (takes.find(type) != std::string::npos) continue;
    takes.append(takes.empty() ? "" : " or ").append(type);
  }
  std::string hint;
  if (node.function == Function::kDuration && IsNumber(argument) && !environment_.strict()) {
    hint = fmt::format("did you mean days({0}), hours({0}) or minutes({0})?", TextOf(argument));
  } else if (takes == "a double" && Is(argument, Kind::kInt)) {
    hint = argument.op == Op::kLiteral ? fmt::format("write {}.0", argument.integer)
                                       : fmt::format("write double({})", TextOf(argument));
  } else if (takes == "an int" && Is(argument, Kind::kDouble)) {
    hint = fmt::format("write int({})", TextOf(argument));
  } else if (takes == "a string" && (IsNumber(argument) || Is(argument, Kind::kBool))) {
    hint = fmt::format("write string({})", TextOf(argument));
  }
  Wrong(argument,
        fmt::format("{}() takes {}{}; {} is {}", Spelling(node.function), takes,
                    stated || node.child_count - (node.method ? 1 : 0) < 2 ? "" : " there", Show(source_, argument),
                    WithArticle(argument.type)),
        std::move(hint));
}

// Of numbers of both types the result is a double that can be compared with both.
void Checker::CheckVariadic(Node* node) {
  const std::span<const Overload> overloads = OverloadsOf(node->function);
  if (!KnowsChildren(*node)) return;
  const auto children = tree_.ChildrenOf(*node);
  const Node& first = tree_.nodes[children[0]];
  if (children.size() == 1 && first.type.IsList()) {
    for (const Overload& overload : overloads) {
      if (!Accepts(overload.parameters[0], first.type)) continue;
      node->type = TypeOfLetter(overload.result);
      return;
    }
  }
  bool doubles = false;
  bool ints = false;
  for (size_t i = 0; i < children.size(); ++i) {
    const Node& argument = tree_.nodes[children[i]];
    if (!IsNumber(argument)) return RefuseArgument(*node, i, overloads);
    doubles |= Is(argument, Kind::kDouble);
  }
  for (const uint32_t child : children) {
    if (doubles && !environment_.strict()) MakeLike(&tree_.nodes[child], Kind::kDouble);
    ints |= Is(tree_.nodes[child], Kind::kInt);
  }
  node->type = doubles ? Kind::kDouble : Kind::kInt;
  node->type.relaxed = doubles && ints;
}

void Checker::CheckHost(Node* node) {
  const std::string& name = tree_.texts[node->name];
  const HostFunction& function = *environment_.functions()->Find(name);
  node->type = function.result;
  for (size_t i = 0; i < node->child_count; ++i) {
    Node& argument = tree_.Child(*node, i);
    if (Is(argument, Kind::kNone)) continue;
    const ExprType wanted = function.parameters[i];
    if (!environment_.strict()) MakeLike(&argument, wanted);
    if (argument.type == wanted) continue;
    const bool number = wanted == Kind::kDouble && Is(argument, Kind::kInt);
    Wrong(argument,
          fmt::format("{}() takes {} there; {} is {}", name, WithArticle(wanted), Show(source_, argument),
                      WithArticle(argument.type)),
          number ? fmt::format("write double({})", TextOf(argument)) : "");
  }
}

// A constant that can never be converted is a mistake now, not a fault later.
bool Checker::CheckConstantArgument(const Node& node, size_t ordinal) {
  const Node& argument = tree_.Child(node, ordinal);
  if (node.function == Function::kMatches && ordinal == 1) return CheckPattern(argument);
  if (argument.op != Op::kLiteral) return true;
  if (Is(argument, Kind::kString)) {
    const std::string& text = tree_.texts[argument.text];
    if (node.function == Function::kTimestamp && !TryParseTime(text)) {
      Wrong(argument, fmt::format("{} is not a time between the years 1678 and 2262", Show(source_, argument)),
            "write it as in \"2024-01-31T09:00:00Z\"");
      return false;
    }
    if (node.function == Function::kDuration && !ParseCelDuration(text, !environment_.strict())) {
      const std::string call = DurationCall(text);
      Wrong(argument, fmt::format("{} is not a duration", Show(source_, argument)),
            call.empty() || environment_.strict() ? "write it as in \"1h30m\" or \"1.5s\""
                                                  : fmt::format("did you mean {}?", call));
      return false;
    }
    if (IsGetter(node.function) && ordinal == 1 && !Zone::Find(text)) {
      Wrong(argument, fmt::format("{} is not a time zone", Show(source_, argument)),
            "write a name such as \"Europe/London\", or an offset such as \"+02:00\"");
      return false;
    }
    return true;
  }
  const bool span =
      node.function == Function::kDays || node.function == Function::kHours || node.function == Function::kMinutes;
  if (!span) return true;
  const double minutes = node.function == Function::kDays ? 1440 : node.function == Function::kHours ? 60 : 1;
  const double count = Is(argument, Kind::kInt) ? static_cast<double>(argument.integer) : argument.number;
  constexpr double kLongest = 153'722'867;  // minutes in an int64 of nanoseconds
  if (count * minutes < kLongest && count * minutes > -kLongest) return true;
  Wrong(node, fmt::format("{} is longer than a duration can be", Show(source_, node)),
        "at most 106751 days, 292 years");
  return false;
}

bool Checker::CheckPattern(const Node& argument) {
  if (environment_.regex() == nullptr) {
    Wrong(argument, "there are no regular expressions here: matches() needs an engine for them",
          "contains(), startsWith() and endsWith() need none; the host sets `regex`");
    return false;
  }
  if (argument.op != Op::kLiteral) return true;
  const auto compiled = environment_.regex()->Compile(tree_.texts[argument.text]);
  if (compiled.ok()) return true;
  Wrong(argument, fmt::format("{} is not a regular expression: {}", Show(source_, argument),
                              std::string(compiled.status().message())));
  return false;
}

}  // namespace tocsin
