// Sessions: the open sessions of one definition, for all groups (docs/semantics.md 3.4). A group holds one number.
//
// A session is open from its first event until the instant last event + gap is closed. What closed last is remembered
// for as long as an event inside it may still come: such an event is skipped, because a closed session never reopens.
// An event of before, too far from the open session to belong to it, is a session of its own that has closed already.
#ifndef TOCSIN_DERIVE_SESSIONS_H_
#define TOCSIN_DERIVE_SESSIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/byte_io.h"
#include "derive/kept_texts.h"
#include "derive/session_plan.h"
#include "tocsin/event/event.h"

namespace tocsin {

class SessionHost {
 public:
  virtual ~SessionHost() = default;
  // A session has closed: what it says by itself, then what it emits. Valid during the call.
  virtual void OnClose(uint32_t row, Time time, std::span<const Value> values) = 0;
};

class Sessions {
 public:
  // The plan must outlive it.
  explicit Sessions(const SessionPlan& plan) : plan_(plan) {}

  // Whether its filter takes the event; counts one without an answer.
  bool Accepts(const SessionSource& source, const EventView& event);
  // An accepted event comes to a group, whose number is `handle`. False: it was inside a session that has closed.
  // `closed`: up to which instant sessions have been closed.
  bool Take(const SessionSource& source, const EventView& event, uint32_t row, uint32_t* handle, Time closed,
            SessionHost* host);
  // Closes what is over at `t`, lets go of what need not be remembered.
  void CloseUpTo(Time t, uint32_t row, uint32_t* handle, SessionHost* host);
  // When CloseUpTo has something to do next. REQUIRES: *handle != 0.
  Time Next(uint32_t handle) const;
  // The timer that is set for it.
  bool HasTimerUntil(uint32_t handle, Time t) const { return At(handle).has_timer && At(handle).timer <= ToNanos(t); }
  std::optional<Time> timer(uint32_t handle) const {
    return At(handle).has_timer ? std::optional(FromNanos(At(handle).timer)) : std::nullopt;
  }
  bool TimerIs(uint32_t handle, Time t) const { return At(handle).has_timer && At(handle).timer == ToNanos(t); }
  void SetTimer(uint32_t handle, Time t) {
    At(handle).timer = ToNanos(t);
    At(handle).has_timer = true;
  }
  void ClearTimer(uint32_t handle) { At(handle).has_timer = false; }

  void Drop(uint32_t* handle);
  bool IsOpen(uint32_t handle) const { return handle != 0 && At(handle).count > 0; }
  // REQUIRES: IsOpen(handle).
  Time End(uint32_t handle) const { return SaturatingAdd(FromNanos(At(handle).last), plan_.gap); }

  size_t open() const { return open_; }
  uint64_t skipped_late() const { return skipped_late_; }
  uint64_t skipped_where() const { return skipped_where_; }
  // What those that are open or remembered take, and what all of the memory does.
  size_t held_bytes() const { return (sessions_.size() - free_.size()) * BytesOfOne(); }
  size_t bytes() const { return sessions_.size() * BytesOfOne(); }

  // What concerns all, then each group's; then the end. False when the bytes are not those of sessions.
  void SaveCounters(ByteWriter* out) const;
  bool LoadCounters(ByteReader* in);
  void Save(uint32_t handle, ByteWriter* out) const;
  bool Load(ByteReader* in, uint32_t* handle);
  bool EndLoad();
  // A copy of what `old`, of the same definition, holds.
  void TakeOver(const Sessions& old, uint32_t old_handle, uint32_t* handle);
  void TakeCounters(const Sessions& old) {
    skipped_late_ = old.skipped_late_;
    skipped_where_ = old.skipped_where_;
  }

 private:
  struct Session {
    int64_t start = 0;
    int64_t last = 0;
    int64_t closed_until = 0;  // the end of the last that closed
    uint64_t count = 0;        // 0: none is open
    int64_t timer = 0;
    bool has_closed = false;
    bool has_timer = false;
    bool used = false;
  };

  size_t BytesOfOne() const { return sizeof(Session) + plan_.captures.size() * sizeof(uint64_t); }
  Session& At(uint32_t handle) { return sessions_[handle - 1]; }
  const Session& At(uint32_t handle) const { return sessions_[handle - 1]; }
  uint32_t New();
  void Free(uint32_t handle);
  void FreeCaptures(uint32_t handle);
  void Keep(uint32_t handle, const std::vector<std::pair<uint32_t, uint32_t>>& captures, const EventView& event,
            const std::string& event_name);
  Value Kept(uint32_t handle, uint32_t capture) const;
  void Begin(uint32_t handle, const SessionSource& source, const EventView& event);
  void Close(uint32_t handle, uint32_t row, SessionHost* host);

  const SessionPlan& plan_;
  std::vector<Session> sessions_;
  std::vector<uint64_t> captures_;  // by session and capture
  std::vector<bool> present_;
  std::vector<uint32_t> free_;
  size_t open_ = 0;
  uint64_t skipped_late_ = 0;
  uint64_t skipped_where_ = 0;
  KeptTexts texts_;
  Scratch scratch_;
  std::vector<Value> variables_;
  std::vector<Value> values_;
  std::vector<OwnedValue> texts_of_values_;
};

}  // namespace tocsin

#endif  // TOCSIN_DERIVE_SESSIONS_H_
