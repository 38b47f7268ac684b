// Why a condition is as it is, in words. The condition is taken apart once; what is written later are texts that are
// ready, and values.
#include <algorithm>
#include <utility>

#include "expr/checked.h"
#include "expr/condition.h"
#include "expr/print.h"
#include "expr/string_literal.h"

namespace tocsin {
namespace {

constexpr size_t kLongList = 5;    // items; a longer list is cut
constexpr size_t kShownItems = 3;  // of a long list

// A part of the folded tree: its constants are written as what they come to.
Expression FoldedPart(const Expression& whole, uint32_t root) {
  const Expression::Checked& checked = whole.checked();
  return Expression::Checked::Finish(Subtree(checked.folded, root), checked.context, checked.elapsed);
}

void AppendValue(const Value& value, std::string* out) {
  *out += value.kind() == Kind::kString ? QuoteString(value.AsString()) : ToText(value);
}

}  // namespace

class Explanation::Builder {
 public:
  Builder(const Expression& condition, Explanation* out)
      : condition_(condition), tree_(condition.checked().tree), out_(*out), places_(tree_.nodes.size()) {}

  void Run() {
    places_.back() = {true, true, false, 0};
    for (size_t i = tree_.nodes.size(); i-- > 0;) {
      if (places_[i].reached && JoinsTruths(tree_.nodes[i])) Descend(i);
    }
    for (uint32_t i = 0; i < tree_.nodes.size(); ++i) {
      if (places_[i].reached && !JoinsTruths(tree_.nodes[i])) AddReason(i);
    }
  }

 private:
  // How a node counts for the condition.
  struct Place {
    bool reached = false;
    bool when_true = false;
    bool when_false = false;
    uint32_t guard = 0;
  };

  void Descend(size_t i) {
    const Node& node = tree_.nodes[i];
    const auto children = tree_.ChildrenOf(node);
    Place place = places_[i];
    if (node.op == Op::kConditional) {
      const Expression condition = Part(condition_, children[0]);
      places_[children[0]] = {true, true, true, place.guard};
      for (const size_t side : {1, 2}) {
        out_.guards_.push_back({condition, side == 1, places_[i].guard});
        place.guard = static_cast<uint32_t>(out_.guards_.size());
        places_[children[side]] = place;
      }
      return;
    }
    if (node.op == Op::kNot) std::swap(place.when_true, place.when_false);
    for (const uint32_t child : children) places_[child] = place;
  }

  void AddReason(uint32_t i) {
    Reason reason = {Part(condition_, i), places_[i].when_true, places_[i].when_false, places_[i].guard, {}};
    const Tree& tree = reason.term.checked().folded;
    const Node& root = tree.root();
    if (root.op == Op::kLiteral) return;
    term_ = &reason.term;
    pieces_ = &reason.pieces;
    if (IsComparison(root.op)) {
      AddOperand(tree, tree.children[root.first_child]);
      AddText(std::string(" ").append(Spelling(root.op)).append(" "));
      AddOperand(tree, tree.children[root.first_child + 1]);
    } else if (root.op == Op::kIn && tree.Child(root, 1).op == Op::kList) {
      AddOperand(tree, tree.children[root.first_child]);
      AddText(" in ");
      AddList(tree, tree.Child(root, 1));
    } else if (root.op == Op::kFunction && root.function != Function::kHost && root.method && root.child_count == 2) {
      AddOperand(tree, tree.children[root.first_child]);
      AddText(std::string(".").append(Spelling(root.function)).append("("));
      AddOperand(tree, tree.children[root.first_child + 1]);
      AddText(")");
    } else {
      AddText(PrintPlain(tree));
    }
    out_.reasons_.push_back(std::move(reason));
  }

  void AddText(std::string text) {
    if (pieces_->empty() || pieces_->back().value) pieces_->emplace_back();
    pieces_->back().text += text;
  }

  void AddOperand(const Tree& tree, uint32_t i) {
    Expression value = FoldedPart(*term_, i);
    std::string text = PrintPlain(value.checked().folded);
    // Beside " = value" a comparison needs its own parentheses.
    const bool loose = Precedence(tree.nodes[i].op) <= Precedence(Op::kEqual);
    AddText(loose ? "(" + text + ")" : std::move(text));
    // A list is not written out.
    if (tree.nodes[i].op != Op::kLiteral && value.type() != Kind::kNone) pieces_->back().value = std::move(value);
  }

  void AddList(const Tree& tree, const Node& list) {
    const auto items = tree.ChildrenOf(list);
    const size_t shown = items.size() > kLongList ? kShownItems : items.size();
    AddText("[");
    for (size_t i = 0; i < shown; ++i) {
      if (i > 0) AddText(", ");
      AddOperand(tree, items[i]);
    }
    AddText(shown < items.size() ? ", ...]" : "]");
  }

  const Expression& condition_;
  const Tree& tree_;
  Explanation& out_;
  std::vector<Place> places_;
  const Expression* term_ = nullptr;  // the one being written, and where to
  std::vector<Piece>* pieces_ = nullptr;
};

Explanation::Explanation(const Expression& condition) { Builder(condition, this).Run(); }

bool Explanation::Counts(const Reason& reason, std::span<const Value> variables, Time now, Scratch& scratch) const {
  for (uint32_t i = reason.guard; i != 0; i = guards_[i - 1].outer) {
    const Result result = guards_[i - 1].condition.Evaluate(variables, now, scratch);
    if (result.outcome != Outcome::kValue || result.value.AsBool() != guards_[i - 1].wanted) return false;
  }
  return true;
}

void Explanation::Write(std::span<const Value> variables, Time now, Scratch& scratch,
                        std::vector<std::string>* out) const {
  const std::ptrdiff_t before = std::ssize(*out);
  for (const Reason& reason : reasons_) {
    const Result result = reason.term.Evaluate(variables, now, scratch);
    if (result.outcome != Outcome::kValue) continue;
    const bool is = result.value.AsBool();
    if (!(is ? reason.when_true : reason.when_false) || !Counts(reason, variables, now, scratch)) continue;
    std::string text;
    for (const Piece& piece : reason.pieces) {
      text += piece.text;
      if (!piece.value) continue;
      text += " = ";
      AppendValue(piece.value->Evaluate(variables, now, scratch).value, &text);
    }
    // What is a single word or call needs no parentheses.
    const Op op = reason.term.checked().folded.root().op;
    if (!is) text = Precedence(op) > Precedence(Op::kNot) ? "!" + text : "!(" + text + ")";
    if (std::find(out->begin() + before, out->end(), text) == out->end()) out->push_back(std::move(text));
  }
}

void Because(const Expression& condition, std::span<const Value> variables, Time now, Scratch& scratch,
             std::vector<std::string>* out) {
  Explanation(condition).Write(variables, now, scratch, out);
}

}  // namespace tocsin
