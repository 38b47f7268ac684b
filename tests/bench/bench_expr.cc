// What one evaluation of a condition costs, beside the same condition written in C++ over the same values, validity
// included.
//
//   bench_expr            prints a line for each condition: nanoseconds by hand, by Test one by one, by TestRows for
//                         all rows at once; then how many times the first the others are (medians of 9 rounds)
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "bench/measure.h"
#include "tocsin/expr/expression.h"

namespace {

using tocsin::bench::MedianOf;
using tocsin::bench::MedianRatio;

using tocsin::Kind;
using tocsin::Value;

constexpr size_t kRows = 4096;  // fits into the second-level cache: what is measured is the evaluation
constexpr size_t kSlots = 9;
constexpr int kRounds = 9;
constexpr int kPasses = 200;

struct Table {
  std::vector<Value> values = std::vector<Value>(kRows * kSlots);
  const Value* Row(size_t i) const { return values.data() + i * kSlots; }
};

// Six doubles, a plan, an idle time, an instant of one year; one value in 64 is absent.
Table MakeTable() {
  static const std::string kPlans[] = {"free", "pro", "team", "enterprise", "trial"};
  std::mt19937_64 random(7);
  Table table;
  for (size_t i = 0; i < kRows; ++i) {
    Value* const row = &table.values[i * kSlots];
    for (size_t j = 0; j < 6; ++j) row[j] = Value::Double(static_cast<double>(random() % 2000));
    row[6] = Value::String(kPlans[random() % 5]);
    row[7] = Value::Span(std::chrono::hours(random() % 2000));
    row[8] = Value::Timestamp(tocsin::FromNanos(1'700'000'000'000'000'000) + std::chrono::minutes(random() % 525'600));
    for (size_t j = 0; j < kSlots; ++j) {
      if (random() % 64 == 0) row[j] = Value();
    }
  }
  return table;
}

// The hand-written twins answer 1 for true, 0 for false, -1 for no data, as a host's own code would have to.
int Below(const Value& value, double limit) {
  if (value.absent()) return -1;
  return value.AsDouble() < limit ? 1 : 0;
}
int Either(int a, int b) { return a == 1 || b == 1 ? 1 : a == -1 || b == -1 ? -1 : 0; }

int MrrBelow(const Value* row) { return Below(row[0], 1000); }
int SixTerms(const Value* row) {
  int result = 0;
  const double limits[6] = {50, 60, 70, 80, 90, 100};
  for (size_t j = 0; j < 6; ++j) {
    result = Either(result, Below(row[j], limits[j]));
    if (result == 1) return 1;
  }
  return result;
}
int InPlans(const Value* row) {
  if (row[6].absent()) return -1;
  const std::string_view plan = row[6].AsString();
  return plan == "pro" || plan == "team" || plan == "enterprise" || plan == "trial" ? 1 : 0;
}
int Ratio(const Value* row) {
  if (row[0].absent() || row[1].absent()) return row[2].absent() || row[2].AsDouble() >= 50 ? -1 : 0;
  const double ratio = row[0].AsDouble() / row[1].AsDouble();
  const bool finite = ratio - ratio == 0;
  if (finite && !(ratio > 0.2)) return 0;
  if (row[2].absent()) return -1;
  if (row[2].AsDouble() < 50) return 0;
  return finite ? 1 : -1;
}
int Idle(const Value* row) {
  if (row[7].absent()) return -1;
  return row[7].AsDuration() >= std::chrono::hours(24 * 30) ? 1 : 0;
}

// As a program would that asks Abseil where the clock of a zone stands.
int Hours(const Value* row) {
  static const absl::TimeZone zone = [] {
    absl::TimeZone found;
    absl::LoadTimeZone("Europe/London", &found);
    return found;
  }();
  if (row[8].absent()) return -1;
  const absl::Time time = absl::FromUnixNanos(tocsin::ToNanos(row[8].AsTime()));
  return zone.At(time).cs.hour() >= 9 ? 1 : 0;
}

double Nanoseconds(const std::function<int64_t()>& pass, int64_t* sum) {
  const std::clock_t start = std::clock();  // of the processor: others may use the machine too
  for (int i = 0; i < kPasses; ++i) *sum += pass();
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return seconds * 1e9 / (kPasses * static_cast<double>(kRows));
}

template <int (*kTwin)(const Value*)>
bool Compare(const char* text, const Table& table) {
  tocsin::Environment environment;
  for (uint32_t j = 0; j < 6; ++j) environment.Add(std::string(1, static_cast<char>('a' + j)), Kind::kDouble, j);
  environment.Add("plan", Kind::kString, 6).Add("idle", Kind::kDuration, 7).Add("at", Kind::kTimestamp, 8);
  std::vector<tocsin::Diagnostic> mistakes;
  const auto condition = tocsin::Expression::Compile(text, environment, Kind::kBool, "bench", &mistakes);
  if (!condition) {
    std::fprintf(stderr, "%s\n", tocsin::Render(mistakes).c_str());
    return false;
  }
  tocsin::Scratch scratch;
  const auto compiled = [&] {
    int64_t count = 0;
    for (size_t i = 0; i < kRows; ++i) {
      const tocsin::Answer answer = condition->Test({table.Row(i), kSlots}, tocsin::Time(), scratch);
      count += answer == tocsin::Answer::kTrue ? 1 : answer == tocsin::Answer::kFalse ? 0 : -1;
    }
    return count;
  };
  std::vector<tocsin::Answer> answers(kRows);
  const auto in_rows = [&] {
    condition->TestRows(table.values, kSlots, tocsin::Time(), scratch, answers);
    int64_t count = 0;
    for (const tocsin::Answer answer : answers)
      count += (answer == tocsin::Answer::kTrue) - (answer >= tocsin::Answer::kNoData);
    return count;
  };
  const auto by_hand = [&] {
    int64_t count = 0;
    for (size_t i = 0; i < kRows; ++i) count += kTwin(table.Row(i));
    return count;
  };
  std::vector<double> ours;
  std::vector<double> of_rows;
  std::vector<double> theirs;
  int64_t our_sum = 0;
  int64_t sum_of_rows = 0;
  int64_t their_sum = 0;
  for (int round = 0; round < kRounds; ++round) {  // interleaved, so that noise meets both
    ours.push_back(Nanoseconds(compiled, &our_sum));
    of_rows.push_back(Nanoseconds(in_rows, &sum_of_rows));
    theirs.push_back(Nanoseconds(by_hand, &their_sum));
  }
  const bool right = our_sum == their_sum && sum_of_rows == their_sum;
  std::printf("%-58s %7.2f ns %7.2f ns %7.2f ns  %5.2f times %5.2f times%s\n", text, MedianOf(theirs), MedianOf(ours),
              MedianOf(of_rows), MedianRatio(ours, theirs), MedianRatio(of_rows, theirs),
              right ? "" : "  DIFFERENT ANSWERS");
  return right;
}

}  // namespace

int main() {
  const Table table = MakeTable();
  std::printf("%-58s %10s %10s %10s  %11s %11s\n", "condition", "by hand", "Test", "TestRows", "Test", "TestRows");
  bool right = Compare<MrrBelow>("a < 1000", table);
  right &= Compare<SixTerms>("a < 50 || b < 60 || c < 70 || d < 80 || e < 90 || f < 100", table);
  right &= Compare<Ratio>("a / b > 0.2 && c >= 50", table);
  right &= Compare<Idle>("idle >= days(30)", table);
  right &= Compare<InPlans>("plan in [\"pro\", \"team\", \"enterprise\", \"trial\"]", table);
  right &= Compare<Hours>("at.getHours(\"Europe/London\") >= 9", table);
  return right ? 0 : 1;
}
