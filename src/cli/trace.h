// The values of a metric as CSV: time,metric,group...,value.
#ifndef TOCSIN_CLI_TRACE_H_
#define TOCSIN_CLI_TRACE_H_

#include <span>
#include <string>

#include "absl/status/status.h"
#include "cli/output.h"
#include "tocsin/engine/engine.h"

namespace tocsin::cli {

class Trace : public EngineObserver {
 public:
  // `at` is "event", or a period. Starts to observe `engine`, which must outlive this.
  absl::Status Start(Engine* engine, const std::string& metric, const std::string& at, Output* output);

  void OnUpdate(Time now, uint32_t metric, std::span<const Value> keys, const Value& value) override;
  void OnTick(Time now) override;

 private:
  void WriteRow(Time now, std::span<const Value> keys, const Value& value);

  Engine* engine_ = nullptr;
  std::string metric_;
  Output* output_ = nullptr;
  std::string row_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_CLI_TRACE_H_
