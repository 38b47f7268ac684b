#include "engine/alert_book.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tocsin {
namespace {

template <typename T>
void PutItems(const Chunked<T>& items, ByteWriter* out) {
  out->Put<uint64_t>(items.size());
  for (size_t i = 0; i < items.size(); ++i) out->Put(items[i]);
}

template <typename T>
bool GetItems(ByteReader* in, Chunked<T>* items) {
  const auto count = in->Get<uint64_t>();
  if (count > in->left() / sizeof(T)) return false;
  items->Reset(static_cast<size_t>(count));
  for (size_t i = 0; i < count; ++i) (*items)[i] = in->Get<T>();
  return in->good();
}

}  // namespace

AlertRecord& AlertBook::Add(uint32_t* first, RuleRow which, bool with_turns) {
  uint32_t place = 0;
  if (free_.empty()) {
    place = static_cast<uint32_t>(records_.size());
    records_.Add();
    words_.Add();
  } else {
    place = free_.back();
    free_.pop_back();
  }
  AlertRecord& record = records_[place];
  record = AlertRecord();
  record.number = place + 1;
  record.which = which;
  record.next = *first;
  if (record.next != 0) At(record.next).previous = record.number;
  *first = record.number;
  places_.Add(Tag(which), place);
  if (with_turns) {
    if (free_turns_.empty()) {
      turns_.Add();
      record.turns = static_cast<uint32_t>(turns_.size());
    } else {
      record.turns = free_turns_.back();
      free_turns_.pop_back();
      turns_[record.turns - 1] = TurnRing();
    }
  }
  return record;
}

void AlertBook::Remove(uint32_t* first, uint32_t rule) {
  AlertRecord* const found = Find(*first, rule);
  if (found == nullptr) return;
  AlertRecord& record = *found;
  const uint32_t number = record.number;
  (record.previous == 0 ? *first : At(record.previous).next) = record.next;
  if (record.next != 0) At(record.next).previous = record.previous;
  places_.Remove(Tag(record.which), number - 1);
  if (record.turns != 0) free_turns_.push_back(record.turns);
  words_[number - 1] = AlertWords();
  record = AlertRecord();
  free_.push_back(number - 1);
}

void AlertBook::Save(ByteWriter* out) const {
  PutItems(records_, out);
  PutItems(turns_, out);
  out->PutVector(free_);
  out->PutVector(free_turns_);
  for (size_t i = 0; i < words_.size(); ++i) {
    const AlertWords& words = words_[i];
    out->PutText(words.summary);
    out->Put(static_cast<uint32_t>(words.annotations.size()));
    for (const auto& [name, text] : words.annotations) {
      out->PutText(name);
      out->PutText(text);
    }
  }
}

// What is free is listed once, and then as new; nothing that is free is part of anything.
bool AlertBook::LoadFree() {
  std::vector<bool> listed(records_.size());
  for (uint32_t place : free_) {
    if (place >= records_.size() || listed[place]) return false;
    listed[place] = true;
    records_[place] = AlertRecord();
  }
  for (uint32_t place = 0; place < records_.size(); ++place) {
    if (!listed[place]) records_[place].number = place + 1;
  }
  std::vector<bool> turns_taken(turns_.size());
  auto take = [&](uint32_t number) {
    if (number == 0 || number > turns_.size() || turns_taken[number - 1]) return false;
    turns_taken[number - 1] = true;
    return true;
  };
  for (uint32_t number : free_turns_) {
    if (!take(number)) return false;
  }
  for (size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].turns != 0 && !take(records_[i].turns)) return false;
  }
  return true;
}

bool AlertBook::HasSoundLinks() const {
  auto is_truth = [](const bool& mark) { return *reinterpret_cast<const uint8_t*>(&mark) <= 1; };
  for (size_t i = 0; i < records_.size(); ++i) {
    const AlertRecord& record = records_[i];
    if (record.next > records_.size() || !is_truth(record.has_timer) || !is_truth(record.awaited)) return false;
  }
  for (size_t i = 0; i < turns_.size(); ++i) {
    if (!turns_[i].IsSound()) return false;
  }
  return true;
}

// Makes anew what the records in use say together.
bool AlertBook::FindPlaces() {
  places_ = RowIndex();
  bool once = true;
  for (size_t i = 0; i < records_.size(); ++i) records_[i].previous = 0;
  ForEach([&](const AlertRecord& record) {
    auto is_same = [&](uint32_t other) { return records_[other].which == record.which; };
    once = once && places_.Find(Tag(record.which), is_same) == RowIndex::kNone;
    places_.Add(Tag(record.which), record.number - 1);
    if (record.next == 0) return;
    AlertRecord& next = At(record.next);
    once = once && next.number != 0 && next.previous == 0 && next.which.row == record.which.row;
    next.previous = record.number;
  });
  return once;
}

bool AlertBook::Load(ByteReader* in) {
  if (!GetItems(in, &records_) || !GetItems(in, &turns_) || !in->GetVector(&free_) || !in->GetVector(&free_turns_))
    return false;
  if (!LoadFree() || !HasSoundLinks() || !FindPlaces()) return false;
  words_.Reset(records_.size());
  for (size_t place = 0; place < words_.size(); ++place) {
    AlertWords& words = words_[place];
    words.summary = std::string(in->GetText());
    const auto count = in->Get<uint32_t>();
    for (uint32_t i = 0; i < count && in->good(); ++i) {
      std::string name(in->GetText());
      words.annotations.emplace_back(std::move(name), std::string(in->GetText()));
    }
  }
  return in->good();
}

}  // namespace tocsin
