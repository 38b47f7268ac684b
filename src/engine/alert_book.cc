#include "engine/alert_book.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tocsin {

AlertRecord* AlertBook::Find(uint32_t first, uint32_t rule) {
  for (uint32_t number = first; number != 0; number = At(number).next) {
    if (At(number).which.rule == rule) return &At(number);
  }
  return nullptr;
}

AlertRecord& AlertBook::Add(uint32_t* first, RuleRow which, bool with_turns) {
  uint32_t place = 0;
  if (free_.empty()) {
    place = static_cast<uint32_t>(records_.size());
    records_.emplace_back();
    words_.emplace_back();
  } else {
    place = free_.back();
    free_.pop_back();
  }
  AlertRecord& record = records_[place];
  record = AlertRecord();
  record.which = which;
  record.next = *first;
  *first = place + 1;
  if (with_turns) {
    if (free_turns_.empty()) {
      turns_.emplace_back();
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
  uint32_t* link = first;
  while (*link != 0 && At(*link).which.rule != rule) link = &At(*link).next;
  if (*link == 0) return;
  const uint32_t number = *link;
  AlertRecord& record = At(number);
  *link = record.next;
  if (record.turns != 0) free_turns_.push_back(record.turns);
  words_[number - 1] = AlertWords();
  record = AlertRecord();
  free_.push_back(number - 1);
}

void AlertBook::Save(ByteWriter* out) const {
  out->PutVector(records_);
  out->PutVector(turns_);
  out->PutVector(free_);
  out->PutVector(free_turns_);
  for (const AlertWords& words : words_) {
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
  std::vector<bool> turns_taken(turns_.size());
  auto take = [&](uint32_t number) {
    if (number == 0 || number > turns_.size() || turns_taken[number - 1]) return false;
    turns_taken[number - 1] = true;
    return true;
  };
  for (uint32_t number : free_turns_) {
    if (!take(number)) return false;
  }
  for (const AlertRecord& record : records_) {
    if (record.turns != 0 && !take(record.turns)) return false;
  }
  return true;
}

bool AlertBook::HasSoundLinks() const {
  auto is_truth = [](const bool& mark) { return *reinterpret_cast<const uint8_t*>(&mark) <= 1; };
  for (const AlertRecord& record : records_) {
    if (record.next > records_.size() || !is_truth(record.has_timer) || !is_truth(record.awaited)) return false;
  }
  return std::all_of(turns_.begin(), turns_.end(), [](const TurnRing& turns) { return turns.IsSound(); });
}

bool AlertBook::Load(ByteReader* in) {
  if (!in->GetVector(&records_) || !in->GetVector(&turns_) || !in->GetVector(&free_) || !in->GetVector(&free_turns_))
    return false;
  if (!LoadFree() || !HasSoundLinks()) return false;
  words_.assign(records_.size(), AlertWords());
  for (AlertWords& words : words_) {
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
