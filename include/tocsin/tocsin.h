// All of Tocsin's public headers. None of them includes a header of a library but Abseil's; what they declare is linked
// from tocsin::tocsin. For a window or the life of an alert alone, include just that header.
#ifndef TOCSIN_TOCSIN_H_
#define TOCSIN_TOCSIN_H_

#include "tocsin/anomaly/detector.h"         // IWYU pragma: export
#include "tocsin/base/diagnostic.h"          // IWYU pragma: export
#include "tocsin/base/time.h"                // IWYU pragma: export
#include "tocsin/config/builder.h"           // IWYU pragma: export
#include "tocsin/config/config.h"            // IWYU pragma: export
#include "tocsin/crm/bg_nbd.h"               // IWYU pragma: export
#include "tocsin/crm/customer_value.h"       // IWYU pragma: export
#include "tocsin/crm/gamma_gamma.h"          // IWYU pragma: export
#include "tocsin/crm/health.h"               // IWYU pragma: export
#include "tocsin/crm/proportion.h"           // IWYU pragma: export
#include "tocsin/crm/rfm.h"                  // IWYU pragma: export
#include "tocsin/crm/survey.h"               // IWYU pragma: export
#include "tocsin/derive/pattern_spec.h"      // IWYU pragma: export
#include "tocsin/engine/engine.h"            // IWYU pragma: export
#include "tocsin/engine/explain.h"           // IWYU pragma: export
#include "tocsin/engine/plan.h"              // IWYU pragma: export
#include "tocsin/event/catalog.h"            // IWYU pragma: export
#include "tocsin/event/event.h"              // IWYU pragma: export
#include "tocsin/event/reason.h"             // IWYU pragma: export
#include "tocsin/event/value.h"              // IWYU pragma: export
#include "tocsin/expr/expression.h"          // IWYU pragma: export
#include "tocsin/expr/host_functions.h"      // IWYU pragma: export
#include "tocsin/ingest/dead_letter.h"       // IWYU pragma: export
#include "tocsin/ingest/feed.h"              // IWYU pragma: export
#include "tocsin/ingest/json_decoder.h"      // IWYU pragma: export
#include "tocsin/ingest/source_spec.h"       // IWYU pragma: export
#include "tocsin/metric/metric_spec.h"       // IWYU pragma: export
#include "tocsin/notify/dispatcher.h"        // IWYU pragma: export
#include "tocsin/notify/notifier.h"          // IWYU pragma: export
#include "tocsin/route/route_spec.h"         // IWYU pragma: export
#include "tocsin/rule/alert.h"               // IWYU pragma: export
#include "tocsin/rule/alert_state.h"         // IWYU pragma: export
#include "tocsin/rule/rule_spec.h"           // IWYU pragma: export
#include "tocsin/rule/turn_ring.h"           // IWYU pragma: export
#include "tocsin/window/all_window.h"        // IWYU pragma: export
#include "tocsin/window/calendar_periods.h"  // IWYU pragma: export
#include "tocsin/window/dd_sketch.h"         // IWYU pragma: export
#include "tocsin/window/hyper_log_log.h"     // IWYU pragma: export
#include "tocsin/window/keyed_window.h"      // IWYU pragma: export
#include "tocsin/window/last_window.h"       // IWYU pragma: export
#include "tocsin/window/sliding_window.h"    // IWYU pragma: export

#endif  // TOCSIN_TOCSIN_H_
