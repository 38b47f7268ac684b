// SessionPlan: a session, checked and compiled. Immutable.
#ifndef TOCSIN_DERIVE_SESSION_PLAN_H_
#define TOCSIN_DERIVE_SESSION_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "derive/pattern_plan.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"
#include "tocsin/derive/pattern_spec.h"
#include "tocsin/event/catalog.h"
#include "tocsin/expr/expression.h"

namespace tocsin {

struct SessionSource {
  uint32_t event = 0;
  std::string event_name;
  std::optional<Expression> where;
  // Which capture, and where in the event it is found: of the first event of a session, and of the last.
  std::vector<std::pair<uint32_t, uint32_t>> first;
  std::vector<std::pair<uint32_t, uint32_t>> last;
};

struct SessionPlan {
  // What every closed session says, before `emits`; conditions read these at the same numbers.
  static constexpr uint32_t kStart = 0;
  static constexpr uint32_t kDuration = 1;
  static constexpr uint32_t kCount = 2;
  static constexpr uint32_t kOwn = 3;

  std::string name;
  uint32_t type = 0;      // of closed ones, in the catalog
  uint32_t grouping = 0;  // the engine's
  uint32_t row_offset = 0;
  std::vector<std::string> keys;
  std::vector<SessionSource> sources;
  std::vector<CapturePlan> captures;
  std::vector<EmitPlan> emits;
  Duration gap{};
  Duration lateness{};  // how far behind the clock an event may come
  std::string identity;

  const SessionSource* SourceOf(uint32_t event) const;
};

// Nothing, with mistakes added, when something is wrong. Leaves out the grouping, the lateness and the type.
std::optional<SessionPlan> CompileSession(const SessionSpec& spec, const Catalog& catalog, const Language& language,
                                          std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_SESSION_PLAN_H_
