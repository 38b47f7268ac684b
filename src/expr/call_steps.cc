#include "expr/call_steps.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include "expr/math_functions.h"
#include "expr/text_functions.h"
#include "expr/time_steps.h"

namespace tocsin {
namespace {

constexpr uint64_t kStepsOfPattern = 500;  // to compile one: as long as so many items of a macro take, or longer

class Call {
 public:
  Call(const Program& program, const Instruction& call, Register* registers, Scratch::Memory* memory)
      : program_(program),
        function_(static_cast<Function>(call.jump)),
        constant_(call.integer),
        count_(call.right),
        arguments_(&registers[call.left]),
        target_(&registers[call.target]),
        memory_(memory) {}

  // Arguments stand where the result will: each is read before that is written.
  void Run() {
    uint32_t state = kHasValue;
    for (uint32_t i = 0; i < count_; ++i) state |= arguments_[i].state;
    if (state == kHasValue) {
      RunFunction();
    } else {
      target_->state = state;
    }
  }

 private:
  std::string_view Text(uint32_t i) const { return arguments_[i].AsText(); }
  int64_t Int(uint32_t i) const { return arguments_[i].integer; }
  std::optional<int64_t> OptionalInt(uint32_t i) const {
    if (i >= count_) return std::nullopt;
    return Int(i);
  }

  void Fault() { target_->state = kFaultBit; }
  void Set(std::optional<int64_t> integer) {
    if (!integer) return Fault();
    target_->integer = *integer;
    target_->state = kHasValue;
  }
  void SetDouble(double number) {
    target_->number = number;
    target_->state = std::isfinite(number) ? kHasValue : program_.not_finite;
  }
  void SetBorrowed(std::optional<std::string_view> text) {
    if (!text) return Fault();
    target_->text = text->data();
    target_->size = static_cast<uint32_t>(text->size());
    target_->state = kHasValue;
  }
  // Room for the result; nothing, and a fault, when it is too large.
  char* Take(size_t size) {
    char* const out = memory_->arena.Take(size);
    if (out == nullptr) Fault();
    return out;
  }

  void RunFunction();
  void RunNumbers();
  void RunText();
  void ChangeCase();
  void RunSplit();
  void RunJoin();
  void RunReplace();
  void RunMatches();
  void RunGetter();
  void RunExtreme();
  void RunHost();

  const Program& program_;
  const Function function_;
  const int64_t constant_;
  const uint32_t count_;
  const Register* const arguments_;
  Register* const target_;
  Scratch::Memory* const memory_;
};

void Call::RunFunction() {
  if (function_ == Function::kHost) return RunHost();
  if (IsGetter(function_)) return RunGetter();
  if (function_ >= Function::kGreatest && function_ <= Function::kBitShiftRight) return RunNumbers();
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < count_; ++i) bytes += arguments_[i].size;
  // From the end, text that nearly matches everywhere is looked at as often as the part is long.
  if (function_ == Function::kLastIndexOf) bytes += uint64_t{arguments_[0].size} * arguments_[1].size;
  if (TakeSteps(program_, StepsOfBytes(bytes), memory_)) return Fault();
  RunText();
}

void Call::RunNumbers() {
  switch (function_) {
    case Function::kGreatest:
    case Function::kLeast:
      return RunExtreme();
    case Function::kIsNan:
      return Set(std::isnan(arguments_[0].number));
    case Function::kIsInf:
      return Set(std::isinf(arguments_[0].number));
    case Function::kIsFinite:
      return Set(std::isfinite(arguments_[0].number));
    case Function::kSqrt:
      if (constant_ == static_cast<int64_t>(Kind::kInt)) return SetDouble(std::sqrt(static_cast<double>(Int(0))));
      break;
    default:
      break;
  }
  if (constant_ == static_cast<int64_t>(Kind::kDouble)) return SetDouble(MathOf(function_, arguments_[0].number));
  Set(MathOf(function_, Int(0), count_ > 1 ? Int(1) : 0));
}

// The first of those that no other goes beyond. What is no number is only found where it stands first.
void Call::RunExtreme() {
  const Register* numbers = arguments_;
  size_t count = count_;
  if ((constant_ & kOfList) != 0) {
    numbers = arguments_[0].items;
    count = arguments_[0].size;
  }
  if (count == 0) return Fault();
  const bool doubles = (constant_ & ~kOfList) == static_cast<int64_t>(Kind::kDouble);
  const bool greatest = function_ == Function::kGreatest;
  Register best = numbers[0];
  for (size_t i = 1; i < count; ++i) {
    const Register& one = numbers[i];
    const bool more = doubles ? one.number > best.number : one.integer > best.integer;
    const bool less = doubles ? one.number < best.number : one.integer < best.integer;
    if (greatest ? more : less) best = one;
  }
  *target_ = best;
}

void Call::RunText() {
  switch (function_) {
    case Function::kBool: {
      const std::optional<bool> truth = ParseBool(Text(0));
      return Set(truth ? std::optional<int64_t>(*truth ? 1 : 0) : std::nullopt);
    }
    case Function::kCharAt:
      return SetBorrowed(CharAt(Text(0), Int(1)));
    case Function::kSubstring:
      return SetBorrowed(Substring(Text(0), Int(1), OptionalInt(2)));
    case Function::kTrim:
      return SetBorrowed(Trim(Text(0)));
    case Function::kIndexOf:
      return Set(IndexOf(Text(0), Text(1), OptionalInt(2)));
    case Function::kLastIndexOf:
      return Set(LastIndexOf(Text(0), Text(1), OptionalInt(2)));
    case Function::kLowerAscii:
    case Function::kUpperAscii:
      return ChangeCase();
    case Function::kReverse: {
      const std::string_view text = Text(0);
      char* const out = Take(text.size());
      if (out == nullptr) return;
      Reverse(text, out);
      return SetBorrowed(std::string_view(out, text.size()));
    }
    case Function::kReplace:
      return RunReplace();
    case Function::kSplit:
      return RunSplit();
    case Function::kJoin:
      return RunJoin();
    default:
      return RunMatches();
  }
}

void Call::ChangeCase() {
  const std::string_view text = Text(0);
  char* const out = Take(text.size());
  if (out == nullptr) return;
  const char first = function_ == Function::kLowerAscii ? 'A' : 'a';
  std::transform(text.begin(), text.end(), out,
                 [first](char c) { return c >= first && c <= first + 25 ? static_cast<char>(c ^ 0x20) : c; });
  SetBorrowed(std::string_view(out, text.size()));
}

// Two passes: how much there is, then what.
void Call::RunSplit() {
  const std::string_view text = Text(0);
  const std::string_view part = Text(1);
  const int64_t limit = OptionalInt(2).value_or(-1);
  size_t count = 0;
  Split(text, part, limit, [&count](std::string_view) { ++count; });
  if (TakeSteps(program_, count, memory_)) return Fault();
  Register* const items = memory_->arena.TakeItems<Register>(count);
  if (items == nullptr) return Fault();
  size_t at = 0;
  Split(text, part, limit, [&](std::string_view piece) {
    Register& item = items[at++];
    item.text = piece.data();
    item.size = static_cast<uint32_t>(piece.size());
    item.state = kHasValue;
  });
  target_->items = items;
  target_->size = static_cast<uint32_t>(count);
  target_->state = kHasValue;
}

void Call::RunJoin() {
  const Register list = arguments_[0];
  const std::string_view between = count_ > 1 ? Text(1) : std::string_view();
  if (TakeSteps(program_, list.size, memory_)) return Fault();
  size_t size = list.size > 1 ? between.size() * (list.size - 1) : 0;
  for (uint32_t i = 0; i < list.size; ++i) size += list.items[i].size;
  char* const out = Take(size);
  if (out == nullptr) return;
  char* end = out;
  const auto put = [&end](std::string_view text) { end = std::copy(text.begin(), text.end(), end); };
  for (uint32_t i = 0; i < list.size; ++i) {
    if (i > 0) put(between);
    put(list.items[i].AsText());
  }
  SetBorrowed(std::string_view(out, size));
}

void Call::RunReplace() {
  const std::string_view text = Text(0);
  const std::string_view part = Text(1);
  const std::string_view by = Text(2);
  const int64_t limit = OptionalInt(3).value_or(-1);
  size_t size = 0;
  Replace(text, part, by, limit, [&size](std::string_view piece) { size += piece.size(); });
  char* const out = Take(size);
  if (out == nullptr) return;
  char* end = out;
  Replace(text, part, by, limit, [&end](std::string_view piece) { end = std::copy(piece.begin(), piece.end(), end); });
  SetBorrowed(std::string_view(out, size));
}

// A pattern that is not constant is compiled now, and kept until another comes.
void Call::RunMatches() {
  if (constant_ >= 0) return Set(program_.patterns[constant_]->Matches(Text(0)));
  if (program_.regex == nullptr) return Fault();
  const std::string_view pattern = Text(1);
  if (memory_->pattern_engine != program_.regex || memory_->pattern_text != pattern) {
    if (TakeSteps(program_, kStepsOfPattern + pattern.size(), memory_)) return Fault();
    auto compiled = program_.regex->Compile(pattern);
    memory_->pattern_text = pattern;
    memory_->pattern_engine = program_.regex;
    memory_->pattern = compiled.ok() ? std::shared_ptr<const Regex>(std::move(*compiled)) : nullptr;
  }
  if (memory_->pattern == nullptr) return Fault();
  Set(memory_->pattern->Matches(Text(0)));
}

// Of a duration, or in a zone that is not constant.
void Call::RunGetter() {
  const int64_t nanos = Int(0);
  if (constant_ == static_cast<int64_t>(Kind::kDuration)) return Set(FieldOfSpan(function_, nanos));
  const std::optional<Zone> zone = Zone::Find(Text(1));
  if (!zone) return Fault();
  Set(FieldOf(function_, nanos, OffsetAt(*zone, nanos, memory_)));
}

Value ToValue(Type type, const Register& reg) {
  switch (type.kind) {
    case Kind::kBool:
      return Value::Bool(reg.integer != 0);
    case Kind::kDouble:
      return Value::Double(reg.number);
    case Kind::kString:
      return Value::String(reg.AsText());
    case Kind::kTimestamp:
      return Value::Timestamp(FromNanos(reg.integer));
    case Kind::kDuration:
      return Value::Span(Duration(reg.integer));
    default:
      return Value::Int(reg.integer);
  }
}

void Call::RunHost() {
  const HostFunction& function = *program_.host_functions[constant_];
  Value arguments[HostFunctions::kMostParameters];
  for (uint32_t i = 0; i < count_; ++i) arguments[i] = ToValue(function.parameters[i], arguments_[i]);
  Value result;
  try {
    result = function.body({arguments, count_});
  } catch (...) {
    return Fault();
  }
  if (result.absent()) {
    target_->state = kNoDataBit;
  } else if (result.kind() != function.result.kind) {
    Fault();
  } else if (result.kind() == Kind::kDouble) {
    SetDouble(result.AsDouble());
  } else if (result.kind() == Kind::kString) {
    const std::string_view text = result.AsString();
    char* const copy = Take(text.size());
    if (copy == nullptr) return;
    std::copy(text.begin(), text.end(), copy);
    SetBorrowed(std::string_view(copy, text.size()));
  } else {
    Set(result.AsInt());
  }
}

}  // namespace

void RunCall(const Program& program, const Instruction& call, Register* registers, Scratch::Memory* memory) {
  Call(program, call, registers, memory).Run();
}

}  // namespace tocsin
