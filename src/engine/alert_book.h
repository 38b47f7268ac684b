// AlertBook: the alerts that are not inactive, for all groups of an engine. A group's row holds the number of its first
// record; a group without an alert costs nothing here. Records are never moved. One of thousands of a group is found,
// added and removed in constant time.
#ifndef TOCSIN_ENGINE_ALERT_BOOK_H_
#define TOCSIN_ENGINE_ALERT_BOOK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "base/byte_io.h"
#include "base/chunked.h"
#include "base/row_index.h"
#include "rule/wording.h"
#include "tocsin/base/time.h"
#include "tocsin/rule/alert_state.h"

namespace tocsin {

// One rule for one group.
struct RuleRow {
  uint32_t rule = 0;
  uint32_t row = 0;
  friend bool operator==(RuleRow a, RuleRow b) { return a.rule == b.rule && a.row == b.row; }
};

// No byte of it is left unset, so that a snapshot may copy it.
struct AlertRecord {
  RuleRow which;
  uint32_t next = 0;   // of the same row, plus one
  uint32_t turns = 0;  // its TurnRing, plus one
  AlertState state;
  Time timer{};            // the deadline that a timer is set for
  bool has_timer = false;  // `timer` is one
  bool awaited = false;    // to be asked again when the instant is closed
  std::array<uint8_t, 2> unused{};
  uint32_t number = 0;    // its own
  uint32_t previous = 0;  // of the same row, plus one; 0: it is the row's first
  uint32_t unused_too = 0;
};
static_assert(std::has_unique_object_representations_v<AlertRecord>);

class AlertBook {
 public:
  // `first` is the row's number of its first record, plus one; 0: none. Null where the rule has none.
  AlertRecord* Find(uint32_t first, uint32_t rule) {
    if (first == 0) return nullptr;
    const RuleRow which{rule, At(first).which.row};
    const uint32_t place = places_.Find(Tag(which), [&](uint32_t other) { return records_[other].which == which; });
    return place == RowIndex::kNone ? nullptr : &records_[place];
  }
  AlertRecord& Add(uint32_t* first, RuleRow which, bool with_turns);
  void Remove(uint32_t* first, uint32_t rule);

  AlertRecord& At(uint32_t number) { return records_[number - 1]; }
  // What was told when the alert last fired or changed: its end is told in the same words.
  AlertWords& Words(const AlertRecord& record) { return words_[record.number - 1]; }
  // Null where its rule does not count turns.
  TurnRing* Turns(const AlertRecord& record) { return record.turns == 0 ? nullptr : &turns_[record.turns - 1]; }
  // Every record that is in use, in the order of numbers.
  template <typename Visit>
  void ForEach(Visit visit) const {
    std::vector<bool> unused(records_.size());
    for (uint32_t place : free_) unused[place] = true;
    for (size_t i = 0; i < records_.size(); ++i) {
      if (!unused[i]) visit(records_[i]);
    }
  }
  // For numbers that come from a snapshot: whether there is such a record, in use or not.
  bool Has(uint32_t number) const { return number - 1 < records_.size(); }
  size_t size() const { return records_.size() - free_.size(); }

  void Save(ByteWriter* out) const;
  // False where the bytes cannot be a book of alerts: then it is good for nothing. Which rows and rules the records are
  // of, and what their states say of these, is for the caller to check.
  bool Load(ByteReader* in);

 private:
  // Rows are those of the rule's grouping.
  static uint32_t Tag(RuleRow which) {
    const uint64_t mixed = (uint64_t{which.rule} << 32 | which.row) * 0x9E3779B97F4A7C15;  // Fibonacci hashing
    return static_cast<uint32_t>(mixed >> 32);
  }
  bool LoadFree();
  bool HasSoundLinks() const;
  bool FindPlaces();

  Chunked<AlertRecord> records_;
  Chunked<AlertWords> words_;  // by record
  Chunked<TurnRing> turns_;
  std::vector<uint32_t> free_;  // numbers, less one; the last freed is used first
  std::vector<uint32_t> free_turns_;
  RowIndex places_;  // of the records in use
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_ALERT_BOOK_H_
