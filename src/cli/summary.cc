#include "cli/summary.h"

#include <numeric>

#include <fmt/format.h>

namespace tocsin::cli {
namespace {

// 1234567 -> "1,234,567"
std::string Grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

// "1 group", "2 groups"
std::string Counted(uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", Grouped(number), noun, number == 1 ? "" : "s");
}

}  // namespace

AlertCounts::AlertCounts(const Plan& plan) {
  for (const RuleInfo& rule : plan.rules()) counts_[rule.name] = {};
}

std::string AlertCounts::Text() const {
  std::string text;
  for (const auto& [rule, count] : counts_) {
    text +=
        fmt::format("  {:<24} {:>8} fired {:>8} resolved\n", rule, Grouped(count[static_cast<size_t>(Change::kFiring)]),
                    Grouped(count[static_cast<size_t>(Change::kResolved)]));
  }
  return text;
}

std::string Summarise(const Engine& engine, const AlertCounts& counts, const Dispatcher* dispatcher, double seconds) {
  const Statistics statistics = engine.Statistics();
  const uint64_t records = std::accumulate(statistics.events.begin(), statistics.events.end(), uint64_t{0});
  std::string text =
      fmt::format("{} records in {:.2f} s, {} a second\n", Grouped(records), seconds,
                  Grouped(static_cast<uint64_t>(static_cast<double>(records) / (seconds > 0 ? seconds : 1e-9))));
  for (size_t r = 0; r < kReasonCount; ++r) {
    if (r != 0 && statistics.events[r] == 0) continue;
    text += fmt::format("  {:<24} {:>8}\n", ReasonName(static_cast<Reason>(r)), Grouped(statistics.events[r]));
  }
  for (const Statistics::Skipped& skipped : statistics.skipped) {
    text += fmt::format("  skipped: {:<15} {:>8}\n", skipped.where, Grouped(skipped.count));
  }
  text += fmt::format("{}, {}, {} firing and {} pending at the end\n", Counted(statistics.groups, "group"),
                      Counted(statistics.alert_changes, "alert change"), Grouped(statistics.firing),
                      Grouped(statistics.pending));
  text += counts.Text();
  if (statistics.faults != 0) text += Counted(statistics.faults, "evaluation") + " ended in a fault\n";
  if (dispatcher != nullptr) {
    text += fmt::format("{} delivered, {} failed\n", Counted(dispatcher->delivered(), "notification"),
                        Grouped(dispatcher->failed().size()));
  }
  return text;
}

}  // namespace tocsin::cli
