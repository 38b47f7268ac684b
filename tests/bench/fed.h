// An engine that benchmarks feed in batches, how long that took, and how many alert changes it told.
#ifndef TOCSIN_TESTS_BENCH_FED_H_
#define TOCSIN_TESTS_BENCH_FED_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "bench/measure.h"
#include "tocsin/engine/engine.h"
#include "tocsin/engine/plan.h"

namespace tocsin::bench {

class CountingSink : public AlertSink {
 public:
  void OnAlert(const AlertChange&) override { ++changes; }
  uint64_t changes = 0;
};

struct Fed {
  static constexpr size_t kBatch = 256;

  Fed(std::string name, const EngineSpec& spec) : series{std::move(name)}, engine(*Plan::Create(spec), &sink) {}
  void InBatches(std::span<const EventView> views) {
    for (size_t i = 0; i < views.size(); i += kBatch)
      engine.Ingest(views.subspan(i, std::min(kBatch, views.size() - i)));
  }

  Series series;
  CountingSink sink;
  Engine engine;
};

}  // namespace tocsin::bench

#endif  // TOCSIN_TESTS_BENCH_FED_H_
