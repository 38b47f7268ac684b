// Runs cases of CEL's conformance suite, one JSON object a line, and says which pass.
//
//   tocsin_conformance [--quiet] [--at-least PERCENT] FILE...
//
// A case passes when the answer is the one expected, of the same type, or where an error is expected when there is one;
// a source that is refused when it is compiled counts as an error, and apart. Everything is compiled as strict CEL.
// Printed are the passes by file and section, every miss with expression, expected and got, and two figures: over the
// cases that concern what Tocsin has of CEL (IsEligible), and, in the last line, over all. `--quiet` leaves the table
// out. Exit status: 0, or 1 when a file cannot be read or the first figure is below PERCENT, or 77 when there is no
// such file.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/check.h"
#include "expr/compile.h"
#include "expr/conversions.h"
#include "expr/evaluate.h"
#include "expr/fold.h"
#include "expr/lex.h"
#include "expr/parse.h"
#include "expr/string_literal.h"
#include "tocsin/expr/expression.h"
#include "tocsin/expr/host_functions.h"
#if defined(TOCSIN_WITH_RE2)
#include "tocsin/expr/re2.h"
#endif

namespace tocsin {
namespace {

using simdjson::dom::element;

std::string Text(const element& object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}
bool Flag(const element& object, const char* key) {
  bool flag = false;
  return object[key].get(flag) == simdjson::SUCCESS && flag;
}

// ---- Values, as text of one form: "int 1", "list [int 1, int 2]" ----

std::string ShowDouble(double number) {
  if (number == 0) return "double 0";  // whatever its sign
  return "double " + FormatDouble(number);
}

std::string ShowRegister(const Register& value, ExprType type) {
  if (type.IsList()) {
    std::string text = "list [";
    for (uint32_t i = 0; i < value.size; ++i) {
      text.append(i > 0 ? ", " : "").append(ShowRegister(value.items[i], type.Item()));
    }
    return text + "]";
  }
  if (type == kNullKind) return "null";
  if (type == kTypeKind) return "type " + std::string(value.AsText());
  switch (type.base) {
    case Kind::kBool:
      return value.integer != 0 ? "bool true" : "bool false";
    case Kind::kDouble:
      return ShowDouble(value.number);
    case Kind::kString:
      return "string " + QuoteString(value.AsText());
    case Kind::kTimestamp:
      return "timestamp " + FormatTime(FromNanos(value.integer));
    case Kind::kDuration:
      return "duration " + FormatCelDuration(value.integer);
    default:
      return fmt::format("int {}", value.integer);
  }
}

std::string ShowExpected(const element& typed) {
  const std::string type = Text(typed, "type");
  const auto value = typed["value"];
  if (type == "null") return "null";
  if (type == "bool") return Flag(typed, "value") ? "bool true" : "bool false";
  if (type == "double") {
    double number = 0;
    if (value.get(number) == simdjson::SUCCESS) return ShowDouble(number);
    return ShowDouble(ParseDouble(Text(typed, "value")).value_or(0));
  }
  if (type == "string") return "string " + QuoteString(Text(typed, "value"));
  if (type == "timestamp") {
    const std::optional<Time> time = TryParseTime(Text(typed, "value"));
    return "timestamp " + (time ? FormatTime(*time) : Text(typed, "value"));
  }
  if (type == "duration") {
    const std::optional<int64_t> span = ParseCelDuration(Text(typed, "value"), false);
    return "duration " + (span ? FormatCelDuration(*span) : Text(typed, "value"));
  }
  if (type == "list") {
    std::string text = "list [";
    simdjson::dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return text;
    bool first = true;
    for (const element item : items) {
      text.append(first ? "" : ", ").append(ShowExpected(item));
      first = false;
    }
    return text + "]";
  }
  if (type == "map") return "map";
  return type + " " + Text(typed, "value");  // int, uint, bytes, type
}

// ---- What a case declares ----

std::optional<Type> ScalarType(const std::string& name) {
  if (name == "bytes" || name == "uint" || name == "dyn") return std::nullopt;
  return ParseType(name);
}

// A value as CEL would write it, for what cannot be a variable here: null, and lists.
std::optional<std::string> AsSource(const element& typed) {
  const std::string type = Text(typed, "type");
  if (type == "null") return "null";
  if (type == "int" || type == "double") return std::string(simdjson::minify(typed["value"].value()));
  if (type == "bool") return Flag(typed, "value") ? "true" : "false";
  if (type == "string") return QuoteString(Text(typed, "value"));
  if (type != "list") return std::nullopt;
  std::string text = "[";
  simdjson::dom::array items;
  if (typed["value"].get(items) != simdjson::SUCCESS) return std::nullopt;
  for (const element item : items) {
    std::optional<std::string> source = AsSource(item);
    if (!source) return std::nullopt;
    if (Text(item, "type") == "int") source = Text(item, "value");
    text.append(text.size() > 1 ? ", " : "").append(*source);
  }
  return text + "]";
}

struct Declared {
  Environment environment;
  std::vector<Value> values;
  std::string before;  // of the expression: cel.bind( for each null and list
  std::string after;
  std::vector<std::string> texts;  // that values borrow
};

void Bind(const element& typed, Type type, Declared* declared) {
  Value value;
  const std::string text = Text(typed, "value");
  switch (type.kind) {
    case Kind::kBool:
      value = Value::Bool(Flag(typed, "value"));
      break;
    case Kind::kInt:
      value = Value::Int(ParseInt(text).value_or(0));
      break;
    case Kind::kDouble: {
      double number = 0;
      if (typed["value"].get(number) != simdjson::SUCCESS) number = ParseDouble(text).value_or(0);
      value = Value::Double(number);
      break;
    }
    case Kind::kString:
      declared->texts.push_back(text);
      value = Value::String(declared->texts.back());
      break;
    case Kind::kTimestamp:
      if (const std::optional<Time> time = TryParseTime(text)) value = Value::Timestamp(*time);
      break;
    case Kind::kDuration:
      if (const auto span = ParseCelDuration(text, false)) value = Value::Span(Duration(*span));
      break;
    default:
      break;
  }
  declared->values.push_back(value);
}

// A function that a case declares, to be checked and never called.
void DeclareFunction(const element& declaration, HostFunctions* functions) {
  simdjson::dom::array overloads;
  if (declaration["overloads"].get(overloads) != simdjson::SUCCESS || overloads.size() != 1) return;
  const element overload = overloads.at(0);
  HostFunction function;
  function.name = Text(declaration, "name");
  const std::optional<Type> result = ScalarType(Text(overload, "result"));
  if (!result || Flag(overload, "receiver")) return;
  function.result = *result;
  for (const element parameter : overload["params"].get_array()) {
    const std::optional<Type> type = ScalarType(std::string(parameter.get_string().value()));
    if (!type) return;
    function.parameters.push_back(*type);
  }
  function.body = [](std::span<const Value>) { return Value(); };
  functions->Add(std::move(function)).IgnoreError();
}

void Declare(const element& one, Declared* declared) {
  declared->texts.reserve(64);
  declared->environment.SetStrict(true).SetContainer(Text(one, "container"));
#if defined(TOCSIN_WITH_RE2)
  declared->environment.SetRegex(Re2());
#endif
  auto functions = std::make_shared<HostFunctions>();
  simdjson::dom::array declarations;
  if (one["type_env"].get(declarations) != simdjson::SUCCESS) return;
  for (const element declaration : declarations) {
    const std::string name = Text(declaration, "name");
    const std::string type_name = Text(declaration, "type");
    if (type_name.empty()) {
      DeclareFunction(declaration, functions.get());
      continue;
    }
    element bound;
    const bool is_bound = one["bindings"][name].get(bound) == simdjson::SUCCESS;
    if (const std::optional<Type> type = ScalarType(type_name)) {
      declared->environment.Add(name, *type, static_cast<uint32_t>(declared->values.size()));
      if (is_bound) {
        Bind(bound, *type, declared);
      } else {
        declared->values.emplace_back();
      }
    } else if (const auto source = is_bound ? AsSource(bound) : std::nullopt) {
      declared->before += fmt::format("cel.bind({}, {}, ", name, *source);
      declared->after += ")";
    }
  }
  declared->environment.SetFunctions(std::move(functions));
}

// ---- One case ----

struct Got {
  bool refused = false;  // when it was compiled
  bool error = false;    // when it was evaluated
  std::string type;
  std::string text;  // the value, or why there is none
};

Got Compute(const std::string& expression, const Declared& declared, bool check_only) {
  const Environment& environment = declared.environment;
  const std::string source = declared.before + expression + declared.after;
  Tokens tokens;
  Tree tree;
  Mistakes mistakes;
  const bool good = source.size() <= environment.limits().max_source_bytes && Lex(source, &tokens, &mistakes) &&
                    Parse(source, std::move(tokens), environment.limits().max_depth, &tree, &mistakes) &&
                    Check(source, environment, Kind::kNone, &tree, &mistakes, /*any_type=*/true);
  Got got;
  if (!good || !mistakes.empty()) {
    got.refused = true;
    got.text = mistakes.empty() ? "the source is too long" : mistakes.front().message;
    return got;
  }
  got.type = NameOf(tree.root().type);
  if (check_only) return got;
  const CompileContext context = {true, environment.limits().max_cost, environment.functions(), environment.regex()};
  const Program program = CompileTree(Fold(tree, context), context);
  Scratch::Memory memory;
  const Result result = Run(program, declared.values, Time(), &memory);
  if (program.shape != Program::Shape::kAny) {
    got.error = result.outcome != Outcome::kValue;
    got.text = got.error ? "error" : result.value.AsBool() ? "bool true" : "bool false";
    return got;
  }
  const Register& value = ResultOf(program, memory);
  got.error = value.state != kHasValue;
  got.text = got.error ? ((value.state & kFaultBit) != 0 ? "fault" : "no data") : ShowRegister(value, tree.root().type);
  return got;
}

struct Count {
  int all = 0;
  int passed = 0;
  int refused = 0;  // of those that passed: where an error was expected
};

// Cases about what Tocsin has of CEL.
bool IsEligible(const element& one) {
  const std::string file = Text(one, "file");
  const std::string section = Text(one, "section");
  for (const char* const outside : {"network_ext", "block_ext", "encoders_ext"}) {
    if (file == outside) return false;
  }
  if (file == "string_ext" &&
      (section.find("format") != std::string::npos || section.find("quote") != std::string::npos)) {
    return false;
  }
  simdjson::dom::array tags;
  if (one["tags"].get(tags) != simdjson::SUCCESS) return true;
  for (const element tag : tags) {
    const std::string_view name = tag.get_string().value();
    for (const char* const outside :
         {"unchecked", "dyn", "hetero", "map", "bytes", "uint", "optional", "macro2", "type_value", "quoted_ident"}) {
      if (name == outside) return false;
    }
  }
  return true;
}

class Runner {
 public:
  explicit Runner(bool quiet) : quiet_(quiet) {}

  void RunCase(const element& one) {
    const element expect = one["expect"].value();
    const bool check_only = Flag(one, "check_only");
    const std::string expression = Text(one, "expr");
    Declared declared;
    Declare(one, &declared);
    const Got got = Compute(expression, declared, check_only);

    std::string wanted;
    bool passed = false;
    element value;
    const std::string type = Text(expect, "type");
    if (Flag(expect, "error")) {
      wanted = "an error";
      passed = got.refused || got.error;
    } else if (check_only) {
      wanted = "type " + type;
      passed = !got.refused && got.type == type;
    } else if (expect["value"].get(value) == simdjson::SUCCESS) {
      wanted = ShowExpected(value);
      passed = !got.refused && !got.error && got.text == wanted;
    }
    const bool eligible = IsEligible(one);
    // Times are 64-bit nanoseconds here, which no configuration changes.
    const bool too_far = !passed && eligible && got.refused && got.text.find("between the years") != std::string::npos;
    Count* const section = &sections_[Text(one, "file") + "/" + Text(one, "section")];
    for (Count* const count : {section, &all_, eligible && !too_far ? &eligible_ : nullptr}) {
      if (count == nullptr) continue;
      ++count->all;
      count->passed += passed;
      count->refused += passed && got.refused;
    }
    if (passed) return;
    too_far_ += too_far;
    const std::string name = fmt::format("{}/{}/{}", Text(one, "file"), Text(one, "section"), Text(one, "name"));
    misses_.push_back(fmt::format("{} {}\n    {}\n    expected {}\n    got {}\n",
                                  too_far    ? "year"
                                  : eligible ? "MISS"
                                             : "    ",
                                  name, expression, wanted,
                                  got.refused  ? "refused: " + got.text
                                  : check_only ? "type " + got.type
                                               : got.text));
  }

  void Print() const {
    if (!quiet_) {
      for (const auto& [name, count] : sections_) fmt::print("{:<52} {:>4} of {:>4}\n", name, count.passed, count.all);
      fmt::print("\n");
    }
    for (const std::string& miss : misses_) {
      if (!quiet_ || miss.front() != ' ') fmt::print("{}", miss);
    }
    fmt::print("eligible: {} of {} ({:.2f} %), {} of them refused where an error is expected\n", eligible_.passed,
               eligible_.all, Percent(), eligible_.refused);
    fmt::print("beyond the years 1678 to 2262, not counted there: {}\n", too_far_);
    fmt::print("refused where an error is expected, of all: {}\n", all_.refused);
    fmt::print("{} of {}\n", all_.passed, all_.all);
  }

  double Percent() const { return eligible_.all == 0 ? 0 : 100.0 * eligible_.passed / eligible_.all; }

 private:
  const bool quiet_;
  std::map<std::string, Count> sections_;
  std::vector<std::string> misses_;
  Count all_;
  Count eligible_;
  int too_far_ = 0;
};

int Main(int count, char** arguments) {
  bool quiet = false;
  double at_least = 0;
  std::vector<std::string> files;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--quiet") {
      quiet = true;
    } else if (argument == "--at-least" && i + 1 < count) {
      at_least = ParseDouble(arguments[++i]).value_or(100);
    } else {
      files.push_back(argument);
    }
  }
  Runner runner(quiet);
  for (const std::string& file : files) {
    if (!std::filesystem::exists(file)) {
      fmt::print("no cases: {} is not there\n", file);
      return 77;
    }
    simdjson::dom::parser parser;
    simdjson::dom::document_stream lines;
    if (parser.load_many(file).get(lines) != simdjson::SUCCESS) {
      fmt::print("cannot read {}\n", file);
      return 1;
    }
    for (const auto line : lines) {
      element one;
      if (line.get(one) != simdjson::SUCCESS) {
        fmt::print("{} has a line that is no JSON\n", file);
        return 1;
      }
      runner.RunCase(one);
    }
  }
  runner.Print();
  return runner.Percent() < at_least ? 1 : 0;
}

}  // namespace
}  // namespace tocsin

int main(int count, char** arguments) { return tocsin::Main(count, arguments); }
