// Conditions and values in CEL, the Common Expression Language (github.com/google/cel-spec), statically typed.
//
//   tocsin::Environment env;
//   env.Add("refunds_24h", tocsin::Kind::kDouble, /*slot=*/0);
//   std::vector<tocsin::Diagnostic> mistakes;
//   auto condition = tocsin::Expression::Compile("refunds_24h > 500", env, tocsin::Kind::kBool, "rule RefundSpike",
//   &mistakes); tocsin::Scratch scratch; tocsin::Value variables[] = {tocsin::Value::Double(612.5)}; tocsin::Result
//   result = condition->Evaluate(variables, now, scratch);   // result.IsTrue()
//
// The pipeline is parse -> check -> compile -> evaluate, one file each in src/expr/. What of CEL is understood, and
// what Tocsin adds to it, stands in docs/cel.md; boundaries in docs/semantics.md, section 4.
#ifndef TOCSIN_EXPR_EXPRESSION_H_
#define TOCSIN_EXPR_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"
#include "tocsin/event/type.h"
#include "tocsin/event/value.h"

namespace tocsin {

class HostFunctions;
class RegexEngine;
struct Program;
struct Rows;

// What goes beyond the first two is refused when the plan is made. So is what is certain to go beyond the third; an
// evaluation that does so all the same, because lists were made of text, is a fault.
struct ExpressionLimits {
  size_t max_source_bytes = 4096;
  int max_depth = 64;
  size_t max_cost = 100'000;  // steps of one evaluation: an item that a macro goes over is one
};

// What all expressions of a plan have in common.
struct Language {
  Language(bool is_strict = false) : strict(is_strict) {}  // NOLINT: implicit, most is as it is by default

  bool strict;  // Tocsin's additions to CEL are off (docs/semantics.md, section 4)
  ExpressionLimits limits{};
  std::shared_ptr<const HostFunctions> functions{};  // the host's own; all there by now, none changed later
  std::shared_ptr<const RegexEngine> regex{};        // for `matches`, which is refused without it
};

// The names an expression may read. Filled once, then shared by any number of compilations.
class Environment {
 public:
  struct Variable {
    std::string name;  // may contain dots: "profile.segment"
    Type type;         // a decimal is a double in expressions
    uint32_t slot = 0;
    bool elapsed = false;  // grows with time
  };

  // A name already there is replaced.
  Environment& Add(std::string_view name, Type type, uint32_t slot);
  // A duration that grows with time: `now` minus what only events change, as time_since is.
  Environment& AddElapsed(std::string_view name, uint32_t slot);
  // A name that exists elsewhere but cannot be read here; `why` is the message: "'state' is not a key of this rule's
  // grouping".
  Environment& Forbid(std::string_view name, std::string_view why);
  // `now` can be read (rules, expression metrics); otherwise it is an unknown name.
  Environment& AllowNow();
  Environment& SetLanguage(Language language);
  // Parts of it.
  Environment& SetStrict(bool strict);
  Environment& SetLimits(ExpressionLimits limits);
  Environment& SetFunctions(std::shared_ptr<const HostFunctions> functions);
  Environment& SetRegex(std::shared_ptr<const RegexEngine> regex);
  // CEL's container: `a.b` is looked for as `x.y.a.b`, `x.a.b` and `a.b` where it is "x.y".
  Environment& SetContainer(std::string container);
  // What an unknown name is said not to be: "no metric or key named 'x'". Default: "metric or key".
  Environment& SetNoun(std::string noun);

  const Variable* Find(std::string_view name) const;
  const std::string* WhyForbidden(std::string_view name) const;
  const std::vector<Variable>& variables() const { return variables_; }
  bool allows_now() const { return allows_now_ && !language_.strict; }
  const Language& language() const { return language_; }
  bool strict() const { return language_.strict; }
  const ExpressionLimits& limits() const { return language_.limits; }
  const std::string& noun() const { return noun_; }
  const std::shared_ptr<const HostFunctions>& functions() const { return language_.functions; }
  const std::shared_ptr<const RegexEngine>& regex() const { return language_.regex; }
  const std::string& container() const { return container_; }

 private:
  Environment& AddVariable(Variable variable);

  std::vector<Variable> variables_;
  std::map<std::string, size_t, std::less<>> by_name_;  // indices of variables_
  std::map<std::string, std::string, std::less<>> forbidden_;
  std::string noun_ = "metric or key";
  std::string container_;
  Language language_;
  bool allows_now_ = false;
};

// What a condition says; the last two are what it says where it has no answer.
enum class Answer : uint8_t { kFalse, kTrue, kNoData, kFault };

enum class Outcome : uint8_t {
  kValue,
  kNoData,  // a variable that was needed is absent, or arithmetic gave no finite number
  kFault,   // integer overflow, division by zero, a conversion that failed
};

struct Result {
  Outcome outcome = Outcome::kNoData;
  Value value;  // of kValue; text is borrowed from the variables, the expression or the scratch

  bool IsTrue() const { return outcome == Outcome::kValue && value.kind() == Kind::kBool && value.AsBool(); }
};

// Memory for one evaluation at a time: registers, and a bounded arena for text and lists. Reuse one per thread; a
// Result that holds text is valid until its scratch is used again.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  struct Memory;
  Memory& memory() { return *memory_; }

 private:
  std::unique_ptr<Memory> memory_;
};

// A checked and compiled expression. Immutable, cheap to copy, safe to share between threads.
class Expression {
 public:
  // Nothing, and at least one mistake added to `diagnostics`, when the text is wrong. `expected` is the type that the
  // result must have; kNone: any; kDouble: any number (an int is converted). `description` names the text where it has
  // no file.
  static std::optional<Expression> Compile(const SourceText& source, const Environment& environment, Type expected,
                                           std::string_view description, std::vector<Diagnostic>* diagnostics);

  Type type() const;
  // The slots that it may read, ascending, each once.
  const std::vector<uint32_t>& slots() const;
  bool reads_now() const;
  // The slot, when the whole expression is one variable: its value can then be taken without evaluating.
  std::optional<uint32_t> AsVariable() const;

  // `variables` by slot; an absent Value is a variable without a value. Allocates nothing for numbers, times and
  // comparisons. Decimals are read as doubles.
  Result Evaluate(std::span<const Value> variables, Time now, Scratch& scratch) const;

  // The same for a condition, at less cost: an Answer is one byte, and a variable against a constant, as most
  // conditions are, is answered without a call. REQUIRES: type() is kBool.
  Answer Test(std::span<const Value> variables, Time now, Scratch& scratch) const {
    if (quick_.offset < variables.size_bytes()) [[likely]] {
      const Value& value =
          *reinterpret_cast<const Value*>(reinterpret_cast<const char*>(variables.data()) + quick_.offset);
      if (value.kind() == quick_.kind) [[likely]] {
        return quick_.kind == Kind::kDouble ? quick_.Compare(value.AsDouble()) : quick_.Compare(value.AsInt());
      }
    }
    return test_(*program_, variables, now, &scratch.memory());
  }

  // The same for many rows at once, at less cost still where it compares with constants: rows of `width` values lie one
  // after the other, as a table of customers would, and each has its answer. REQUIRES: type() is kBool, and
  // variables.size() is width * answers.size().
  void TestRows(std::span<const Value> variables, size_t width, Time now, Scratch& scratch,
                std::span<Answer> answers) const;

  // The checked form, stable, for tests and `explain`: "refunds_24h > 500.0".
  std::string ToString() const;
  // The same with the versions of the host's functions that it calls: all that its answers depend on.
  std::string Definition() const;

  // For the library's own questions about an expression; opaque outside.
  struct Checked;
  const Checked& checked() const { return *checked_; }

 private:
  // A variable of one kind against a constant of that kind: most comparisons, in forms that tell operators apart
  // without a branch on the values.
  struct QuickTest {
    size_t offset = SIZE_MAX;  // of the variable, in bytes; there is none
    Kind kind = Kind::kNone;
    bool or_equal = false;  // of doubles
    double sign = 1;        // of doubles: -1 where the variable must be below
    double limit = 0;       // sign * variable must be above it, or at it
    int64_t low = 0;        // of others: the variable must be in [low, low + width]
    uint64_t width = 0;

    Answer Compare(double number) const {
      const double signed_number = number * sign;
      return static_cast<Answer>(or_equal ? signed_number >= limit : signed_number > limit);
    }
    Answer Compare(int64_t integer) const {
      return static_cast<Answer>(static_cast<uint64_t>(integer) - static_cast<uint64_t>(low) <= width);
    }
  };

  template <typename Compare>
  void TestColumn(const Rows& rows, Time now, Scratch& scratch, const Compare& compare, Answer* answers) const;
  void FindQuickTest();

  // Each shape of condition has a function of its own.
  using TestFunction = Answer(const Program& program, std::span<const Value> variables, Time now,
                              Scratch::Memory* memory);

  std::shared_ptr<const Checked> checked_;
  const Program* program_ = nullptr;  // of *checked_, as is the next
  TestFunction* test_ = nullptr;
  QuickTest quick_;
};

}  // namespace tocsin

#endif  // TOCSIN_EXPR_EXPRESSION_H_
