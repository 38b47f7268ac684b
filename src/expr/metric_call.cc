#include "expr/metric_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "expr/lex.h"
#include "expr/parse.h"

namespace tocsin {
namespace {

struct Known {
  std::string_view name;
  MetricCall::Function function;
  std::string_view takes;
  std::string_view what;  // the second argument is
  std::string_view example;
};
constexpr std::array<Known, 4> kKnown = {{
    {"anomaly", MetricCall::Function::kAnomaly, "a metric and its season", "the season of anomaly()",
     "write anomaly(visits_1h, days(7))"},
    {"forecast", MetricCall::Function::kForecast, "a metric and how far to look ahead",
     "how far forecast() looks ahead", "write forecast(visits_1h, hours(2))"},
    {"previous", MetricCall::Function::kPrevious, "a metric and how far to go back", "how far previous() goes back",
     "write previous(sales_7d, days(7))"},
    {"deviation", MetricCall::Function::kDeviation, "a metric and some of its keys", "",
     "write deviation(spent_30d, segment)"},
}};

const Known* KnownCall(std::string_view source, const Node& node) {
  if (node.op != Op::kCall || node.method) return nullptr;
  for (const Known& known : kKnown) {
    if (source.substr(node.mark, node.mark_length) == known.name) return &known;
  }
  return nullptr;
}

// What is constant and a duration longer than nothing, computed like any other expression.
std::optional<Duration> ConstantSpan(std::string_view text) {
  std::vector<Diagnostic> unheard;
  const std::optional<Expression> expression =
      Expression::Compile(SourceText(std::string(text)), Environment(), Kind::kDuration, "", &unheard);
  if (!expression) return std::nullopt;
  Scratch scratch;
  const Result result = expression->Evaluate({}, Time(), scratch);
  if (result.outcome != Outcome::kValue || result.value.AsDuration() <= Duration::zero()) return std::nullopt;
  return result.value.AsDuration();
}

// What the call is about, apart from its metric; nothing where a duration is none. REQUIRES of a deviation: all it is
// given are names.
std::optional<MetricCall> ReadCall(std::string_view source, const Tree& tree, const Node& node, const Known& known) {
  MetricCall call;
  call.function = known.function;
  call.metric = tree.texts[tree.Child(node, 0).name];
  if (known.function == MetricCall::Function::kDeviation) {
    for (uint32_t i = 1; i < node.child_count; ++i) call.keys.push_back(tree.texts[tree.Child(node, i).name]);
    std::sort(call.keys.begin(), call.keys.end());
    return call;
  }
  const Node& span = tree.Child(node, 1);
  const std::optional<Duration> duration = ConstantSpan(source.substr(span.offset, span.length));
  if (!duration) return std::nullopt;
  call.span = *duration;
  return call;
}

// How many arguments it has.
bool HasItsArguments(const Known& known, const Node& node) {
  return known.function == MetricCall::Function::kDeviation ? node.child_count >= 1 : node.child_count == 2;
}

class Namer {
 public:
  Namer(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes)
      : source_(source), environment_(environment), tree_(*tree), mistakes_(*mistakes) {}

  void Run() {
    std::vector<bool> dropped(tree_.nodes.size(), false);
    bool any = false;
    // From the root down: what stands inside a call goes with it.
    for (auto i = static_cast<uint32_t>(tree_.nodes.size()); i-- > 0;) {
      const Known* known = dropped[i] ? nullptr : KnownCall(source_, tree_.nodes[i]);
      if (known == nullptr) continue;
      any = true;
      for (uint32_t inside = tree_.FirstOf(i); inside < i; ++inside) dropped[inside] = true;
      Name(*known, &tree_.nodes[i]);
    }
    if (any) Drop(dropped);
  }

 private:
  void Refuse(Node* node, const Node& place, std::string message, std::string_view hint = {}) {
    mistakes_.push_back({place.offset, place.length, std::move(message), std::string(hint)});
    node->op = Op::kBroken;
    node->child_count = 0;
  }

  // The call becomes a leaf.
  void Name(const Known& known, Node* node) {
    if (environment_.strict()) {
      return Refuse(node, *node, fmt::format("{}() is an addition to CEL, which strict_cel turns off", known.name));
    }
    if (!HasItsArguments(known, *node)) {
      return Refuse(node, *node, fmt::format("{}() takes {}", known.name, known.takes), known.example);
    }
    const Node metric = tree_.Child(*node, 0);
    if (metric.op != Op::kName) {
      return Refuse(node, metric, fmt::format("{}() is about a single metric, not an expression", known.name),
                    "declare the expression as a metric with 'value', and name that");
    }
    for (uint32_t i = 1; known.function == MetricCall::Function::kDeviation && i < node->child_count; ++i) {
      const Node key = tree_.Child(*node, i);
      if (key.op != Op::kName) return Refuse(node, key, "deviation() is given names of keys", known.example);
    }
    const std::optional<MetricCall> call = ReadCall(source_, tree_, *node, known);
    if (!call) {
      const Node span = tree_.Child(*node, 1);
      if (span.op == Op::kBroken) {  // which was told
        node->op = Op::kBroken;
        node->child_count = 0;
        return;
      }
      return Refuse(node, span, fmt::format("{} must be a duration longer than nothing, known beforehand", known.what),
                    known.example);
    }
    const std::string& name = tree_.texts[metric.name];
    std::string full = NameOf(*call);
    if (environment_.Find(full) == nullptr && environment_.WhyForbidden(full) == nullptr) {
      if (environment_.Find(name) != nullptr && environment_.WhyForbidden(name) == nullptr) {
        return Refuse(node, *node, fmt::format("'{}' is no metric that {}() could be about", name, known.name));
      }
      // The name is the mistake.
      node->mark = metric.mark;
      node->mark_length = metric.mark_length;
      full = name;
    } else {
      node->mark = node->offset;
      node->mark_length = node->length;
    }
    node->op = Op::kName;
    node->child_count = 0;
    node->name = static_cast<uint32_t>(tree_.texts.size());
    tree_.texts.push_back(std::move(full));
  }

  // Takes nodes out; the others keep their order.
  void Drop(const std::vector<bool>& dropped) {
    std::vector<uint32_t> places(tree_.nodes.size(), 0);
    std::vector<Node> kept;
    for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
      if (dropped[i]) continue;
      places[i] = static_cast<uint32_t>(kept.size());
      kept.push_back(tree_.nodes[i]);
    }
    for (uint32_t& child : tree_.children) child = places[child];
    tree_.nodes = std::move(kept);
  }

  std::string_view source_;
  const Environment& environment_;
  Tree& tree_;
  Mistakes& mistakes_;
};

}  // namespace

std::string_view Spelling(MetricCall::Function function) { return kKnown[static_cast<size_t>(function)].name; }

std::string NameOf(const MetricCall& call) {
  if (call.function != MetricCall::Function::kDeviation)
    return fmt::format("{}({}, {})", Spelling(call.function), call.metric, FormatDuration(call.span));
  std::string name = fmt::format("{}({}", Spelling(call.function), call.metric);
  for (const std::string& key : call.keys) name += ", " + key;
  return name + ")";
}

std::vector<MetricCall> FindMetricCalls(std::string_view source) {
  std::vector<MetricCall> found;
  const ExpressionLimits limits;
  bool any = false;
  for (const Known& known : kKnown) any = any || source.find(known.name) != std::string_view::npos;
  Tokens tokens;
  Tree tree;
  Mistakes unheard;
  if (!any || source.size() > limits.max_source_bytes || !Lex(source, &tokens, &unheard) ||
      !Parse(source, std::move(tokens), limits.max_depth, &tree, &unheard))
    return found;
  for (const Node& node : tree.nodes) {
    const Known* known = KnownCall(source, node);
    if (known == nullptr || !HasItsArguments(*known, node)) continue;
    bool names = tree.Child(node, 0).op == Op::kName;
    for (uint32_t i = 1; known->function == MetricCall::Function::kDeviation && i < node.child_count; ++i)
      names = names && tree.Child(node, i).op == Op::kName;
    if (!names) continue;
    if (std::optional<MetricCall> call = ReadCall(source, tree, node, *known)) found.push_back(*std::move(call));
  }
  return found;
}

void NameMetricCalls(std::string_view source, const Environment& environment, Tree* tree, Mistakes* mistakes) {
  Namer(source, environment, tree, mistakes).Run();
}

}  // namespace tocsin
