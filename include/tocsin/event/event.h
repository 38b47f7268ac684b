// Events, in the two forms in which they are handed to an engine.
//
// By name, for hosts that build a few:
//   engine.Ingest(tocsin::Event("refund").At(now).Set("country", "France").Set("amount", 27.5));
//
// By slot, for decoders and fast paths: an EventView borrows everything; an EventBatch owns what its views borrow.
//   tocsin::EventBatch batch;
//   tocsin::Value* attributes = batch.Add(type, time, id, attribute_count);   // all absent
//   attributes[amount_slot] = tocsin::Value::Decimal(27500, 3);
//   engine.Ingest(batch.views());
#ifndef TOCSIN_EVENT_EVENT_H_
#define TOCSIN_EVENT_EVENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "tocsin/base/time.h"
#include "tocsin/event/value.h"

namespace tocsin {

// An event by name. Owns its text. One thread at a time.
class Event {
 public:
  using Attribute = std::variant<bool, int64_t, double, std::string, Time, Duration>;

  explicit Event(std::string_view type) : type_(type) {}
  Event& At(Time time) {
    time_ = time;
    has_time_ = true;
    return *this;
  }
  Event& Id(std::string_view id) {
    id_ = id;
    return *this;
  }
  // A number given to a decimal(n) attribute is rounded to its digits; an int may be given to a double or decimal.
  Event& Set(std::string_view name, Attribute value) {
    attributes_.emplace_back(std::string(name), std::move(value));
    return *this;
  }
  // A template, because among plain overloads 27.5 would find its way to an int. An unsigned number that an int64_t
  // cannot hold is kept as a double.
  template <typename T>
  requires(!std::is_same_v<T, Attribute>) Event& Set(std::string_view name, const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return Set(name, Attribute(value));
    } else if constexpr (std::is_integral_v<T>) {
      if (!std::in_range<int64_t>(value)) return Set(name, Attribute(static_cast<double>(value)));
      return Set(name, Attribute(static_cast<int64_t>(value)));
    } else if constexpr (std::is_floating_point_v<T>) {
      return Set(name, Attribute(static_cast<double>(value)));
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      return Set(name, Attribute(std::string(std::string_view(value))));
    } else {
      return Set(name, Attribute(value));  // a time or a duration
    }
  }

  const std::string& type() const { return type_; }
  bool has_time() const { return has_time_; }
  Time time() const { return time_; }
  const std::string& id() const { return id_; }
  const std::vector<std::pair<std::string, Attribute>>& attributes() const { return attributes_; }

 private:
  std::string type_;
  std::string id_;
  Time time_{};
  bool has_time_ = false;
  std::vector<std::pair<std::string, Attribute>> attributes_;
};

// An event by slot, borrowed: valid as long as what it points to.
struct EventView {
  uint32_t type = 0;  // its number in the catalog
  Time time{};
  std::string_view id;                // empty: it has none
  std::span<const Value> attributes;  // by slot, all of the type's
  uint32_t source = 0;                // ids are told apart by it; 0: the flat form, and events built in code
};

// Owns the attributes and text of many views. One thread at a time; Clear keeps the memory.
class EventBatch {
 public:
  // A new event with `attribute_count` absent attributes, to be filled in. The pointer, and every view, is valid until
  // Clear or destruction. Copies `id`.
  Value* Add(uint32_t type, Time time, std::string_view id, size_t attribute_count, uint32_t source = 0);
  // A copy of `text` that lives as long as the views.
  std::string_view Own(std::string_view text);
  // Takes back the last event added.
  void RemoveLast();

  std::span<const EventView> views() const { return views_; }
  size_t size() const { return views_.size(); }
  void Clear();

 private:
  // Memory by blocks that are never moved, so that views stay valid while the batch grows.
  template <typename T>
  class Blocks {
   public:
    T* Take(size_t count);
    void Clear() { block_ = used_ = 0; }

   private:
    static constexpr size_t kBlockSize = 16384 / sizeof(T) * 4;
    std::vector<std::pair<std::unique_ptr<T[]>, size_t>> blocks_;
    size_t block_ = 0;
    size_t used_ = 0;
  };

  std::vector<EventView> views_;
  Blocks<Value> values_;
  Blocks<char> text_;
};

template <typename T>
T* EventBatch::Blocks<T>::Take(size_t count) {
  while (block_ < blocks_.size() && blocks_[block_].second - used_ < count) {
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    size_t size = count > kBlockSize ? count : kBlockSize;
    blocks_.emplace_back(std::make_unique<T[]>(size), size);
    used_ = 0;
  }
  T* taken = blocks_[block_].first.get() + used_;
  used_ += count;
  return taken;
}

}  // namespace tocsin

#endif  // TOCSIN_EVENT_EVENT_H_
