// What a replay came to, for a person.
#ifndef TOCSIN_CLI_SUMMARY_H_
#define TOCSIN_CLI_SUMMARY_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "tocsin/engine/engine.h"
#include "tocsin/notify/dispatcher.h"
#include "tocsin/rule/alert.h"

namespace tocsin::cli {

// Counts the changes of each rule by what changed.
class AlertCounts {
 public:
  explicit AlertCounts(const Plan& plan);
  void Add(const AlertChange& change) { ++counts_[change.rule][static_cast<size_t>(change.change)]; }

  // "  RefundSpike      35 fired   34 resolved", a line a rule; what is rare only where there is some.
  std::string Text() const;

 private:
  std::map<std::string, std::array<uint64_t, 8>> counts_;
};

// The whole summary: what has come since `before`, and what the engine holds. `dispatcher` may be null.
std::string Summarise(const Engine& engine, const Statistics& before, const AlertCounts& counts,
                      const Dispatcher* dispatcher, double seconds);

}  // namespace tocsin::cli

#endif  // TOCSIN_CLI_SUMMARY_H_
