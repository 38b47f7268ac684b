// SourceSpec: how the records of one origin become events, where they are not of the flat form (docs/config.md).
//
//   tocsin::SourceSpec billing;
//   billing.name = "billing";
//   billing.time.path = "created";
//   billing.time.unit = tocsin::TimeUnit::kSeconds;
//   billing.id = {"id"};
//   billing.where = "livemode";
//
// A path leads through the members of a JSON record, divided by dots; of CSV it is the name of a column, dots and all.
#ifndef TOCSIN_INGEST_SOURCE_SPEC_H_
#define TOCSIN_INGEST_SOURCE_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/event/catalog.h"

namespace tocsin {

// What a number counts that stands for a time (since 1970-01-01T00:00:00Z) or a duration.
enum class TimeUnit : uint8_t { kNone, kSeconds, kMilliseconds, kMicroseconds, kNanoseconds };

// Where one part of an event comes from: a path, or the same text for every record.
struct FieldSpec {
  SourceText path;
  std::optional<SourceText> constant;
  // Of a time, at most one of the two; with neither it is a text in RFC 3339.
  TimeUnit unit = TimeUnit::kNone;  // the time is a number, or the text of one
  SourceText format;                // the time is a text: %Y %m %d %H %M %S … as strptime has them, UTC without a %z
};

struct SourceAttribute {
  SourceText name;
  FieldSpec field;
};

struct SourceSpec {
  std::string name;
  FieldSpec type{"type", {}, {}, {}};
  FieldSpec time{"time", {}, {}, {}};
  // Several are joined so that different parts never give the same id. None: its events have no id.
  std::vector<SourceText> id;
  // What an event's attributes are taken from instead of their declared paths.
  std::vector<SourceAttribute> attributes;
  // A path at which a record must have `true`; others are ignored (Reason::kIgnored). Empty: all records count.
  SourceText where;
  SourceText origin;  // where it was declared, for messages
};

// Adds what is wrong with `source`: types and attributes that are not declared, paths and formats that cannot be,
// constants that are not of their attribute's type.
void CheckSource(const SourceSpec& source, const Catalog& catalog, std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_INGEST_SOURCE_SPEC_H_
