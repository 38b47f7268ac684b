// JSON records -> events.
//
//   tocsin::JsonDecoder decoder(plan->catalog());
//   tocsin::EventBatch batch;
//   std::string detail;
//   tocsin::Reason reason = decoder.Decode(line, &batch, &detail);
#ifndef TOCSIN_INGEST_JSON_DECODER_H_
#define TOCSIN_INGEST_JSON_DECODER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tocsin/event/catalog.h"
#include "tocsin/event/event.h"
#include "tocsin/event/reason.h"
#include "tocsin/ingest/source_spec.h"

namespace tocsin {

// One thread at a time. The record's `type`, `time` (RFC 3339) and `id` are taken from the members of these names,
// attributes from their declared paths. `null` and a missing member mean that an attribute is absent. A record in which
// one of these members stands twice is refused as malformed.
class JsonDecoder {
 public:
  // `catalog` must outlive the decoder.
  explicit JsonDecoder(const Catalog& catalog, bool ignore_unknown_events = false);
  // The same for records of a source that CheckSource found fine; `number` becomes EventView::source.
  JsonDecoder(const Catalog& catalog, const SourceSpec& source, uint32_t number, bool ignore_unknown_events = false);
  ~JsonDecoder();
  JsonDecoder(JsonDecoder&&) noexcept;
  JsonDecoder& operator=(JsonDecoder&&) noexcept;

  // Adds one event to `batch` and returns kNone; or adds nothing, says why in a word, and in `detail` for a person
  // ("time '2010-13-01T…' is not RFC 3339"). Whatever the record is, the decoder is as good as new for the next.
  Reason Decode(std::string_view record, EventBatch* batch, std::string* detail);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The text of a decimal number, exactly, in units of 10^-digits; beyond `digits` it is rounded to the nearest, ties
// away from zero (as SQL's numeric). False when it is not a JSON number or does not fit 64 bits.
bool ParseDecimal(std::string_view number, int digits, int64_t* units);

}  // namespace tocsin

#endif  // TOCSIN_INGEST_JSON_DECODER_H_
