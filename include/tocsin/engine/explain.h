// What a plan does with a rule or a metric, for whoever wonders what it costs or why it stays silent.
//
//   absl::StatusOr<std::string> text = tocsin::Explain(*plan, "RefundSpike");
//
//   rule RefundSpike, version a41c09e2
//     when         refunds_24h > 500
//     reads        refunds_24h: sum(amount) of refund over the last 1d
//     groups       by country
//     asked        at events: refund
//     ...
//
// Lines of plain text for a person, not for programs: their wording may change from release to release.
// Threads: any. Cost: cold, it goes through the plan.
#ifndef TOCSIN_ENGINE_EXPLAIN_H_
#define TOCSIN_ENGINE_EXPLAIN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "tocsin/engine/plan.h"

namespace tocsin {

// What a rule or metric of that name reads, its grouping, when it is evaluated, how it is found, what it costs, and
// when it is warmed up. Where a rule and a metric share the name, both. NotFound, with the name that was probably
// meant.
absl::StatusOr<std::string> Explain(const Plan& plan, std::string_view name);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_EXPLAIN_H_
