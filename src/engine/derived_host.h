// What attempts and sessions ask of the engine that keeps them.
#ifndef TOCSIN_ENGINE_DERIVED_HOST_H_
#define TOCSIN_ENGINE_DERIVED_HOST_H_

#include <cstdint>
#include <span>

#include "engine/state.h"

namespace tocsin {

class Engine::State::DerivedHost final : public AttemptHost {
 public:
  DerivedHost(State& state, uint32_t pattern) : state_(state), pattern_(pattern) {}
  uint32_t* Heads(uint32_t row) override { return state_.PatternHeads(pattern_, row); }
  void OnMatch(uint32_t row, uint64_t order, Time time, std::span<const tocsin::Value> emitted) override {
    state_.Make(state_.layout.derived.patterns[pattern_].type, time, row, order, emitted);
  }
  void OnDrop(uint32_t row) override { state_.WatchGroup(state_.layout.derived.patterns[pattern_].grouping, row); }

 private:
  State& state_;
  uint32_t pattern_;
};

class Engine::State::ClosedHost final : public SessionHost {
 public:
  ClosedHost(State& state, uint32_t session) : state_(state), session_(session) {}
  void OnClose(uint32_t row, Time time, std::span<const tocsin::Value> values) override {
    state_.Make(state_.layout.derived.sessions[session_].type, time, row, 0, values);
  }

 private:
  State& state_;
  uint32_t session_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_DERIVED_HOST_H_
