// Catalog: the event types that may arrive and what each carries. Attributes have slots: an event is a type, a time and
// an array of Values by slot, so that no name is looked up while events flow.
#ifndef TOCSIN_EVENT_CATALOG_H_
#define TOCSIN_EVENT_CATALOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/base/diagnostic.h"
#include "tocsin/event/type.h"

namespace tocsin {

// What a config declares of an attribute: its type and where a record carries it.
struct AttributeSpec {
  std::string name;
  Type type;
  std::string from;  // a dotted path into the record; empty: the path of the attribute's own name
  std::optional<double> min;
  std::optional<double> max;
  SourceText origin;  // where it was declared, for messages
};

struct EventSpec {
  std::string name;
  std::vector<AttributeSpec> attributes;  // a slot is the index in this list
  SourceText origin;
};

// Immutable once made; safe to share between threads. Look-ups are for set-up and for events by name: a binary search
// for an event type, a scan of its attributes for a slot.
class Catalog {
 public:
  Catalog() = default;
  // Adds a mistake for every name given twice and every path that cannot be.
  static Catalog Create(std::vector<EventSpec> events, std::vector<Diagnostic>* diagnostics);

  // An event that the engine makes itself. Its name may hold dots, and is nobody else's. Gives its number.
  uint32_t AddDerived(EventSpec event);

  const std::vector<EventSpec>& events() const { return events_; }
  const EventSpec& event(uint32_t type) const { return events_[type]; }
  // The number of an event type, the slot of an attribute; nothing when there is none.
  std::optional<uint32_t> FindEvent(std::string_view name) const;
  std::optional<uint32_t> FindSlot(uint32_t type, std::string_view attribute) const;

 private:
  std::vector<EventSpec> events_;
  std::vector<uint32_t> by_name_;  // indices of events_, sorted by name
};

}  // namespace tocsin

#endif  // TOCSIN_EVENT_CATALOG_H_
