// KeyedWindow: a window for each key, made when its first event comes and forgotten when it is empty. Headers only;
// needs Abseil's hash map.
//
//   tocsin::KeyedWindow<std::string, tocsin::SlidingWindow<tocsin::Count>> refunds(24h);
//   refunds.Add(customer, t, 0);
//   if (refunds.Value(customer, t) >= 3) …
//
// Time: all keys have one clock, the latest time that was given. What a window answers does not depend on whether it
// was forgotten. Cost: a look-up for each call; for windows over time, a step in a heap when a key's newest event may
// have left, at most once for each window length and key. No pause but the hash map's own. Threads: externally
// synchronised.
#ifndef TOCSIN_WINDOW_KEYED_WINDOW_H_
#define TOCSIN_WINDOW_KEYED_WINDOW_H_

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "tocsin/base/time.h"

namespace tocsin {

// Key: hashable by Abseil, with == and <. Window: SlidingWindow, LastWindow, AllWindow.
template <typename Key, typename Window>
class KeyedWindow {
 public:
  using Input = typename Window::Input;
  using Output = typename Window::Output;

  // What a window is made of: a length or WindowShape, a number of events, a lateness.
  explicit KeyedWindow(typename Window::Shape shape) : shape_(shape) {}
  explicit KeyedWindow(Duration length) requires std::constructible_from<Window, Duration> &&
      (!std::same_as<typename Window::Shape, Duration>)
      : shape_(Window::Shape::Automatic(length)) {}

  // True when the event is in the key's window.
  bool Add(const Key& key, Time time, const Input& input) {
    AdvanceTo(time);
    auto [place, added] = windows_.try_emplace(key, shape_);
    Window& window = place->second;
    if constexpr (kForgets) window.AdvanceTo(now_);
    const bool taken = window.Add(time, input);
    if (window.empty()) {
      windows_.erase(place);
    } else if constexpr (kForgets) {
      if (added) exits_.push({*window.LastExit(), key});
    }
    return taken;
  }

  // Moves the clock and forgets keys whose windows are empty; earlier than it: no effect.
  void AdvanceTo(Time now) {
    now_ = std::max(now_, now);
    if constexpr (kForgets) {
      while (!exits_.empty() && exits_.top().time <= now_) {
        Exit exit = exits_.top();
        exits_.pop();
        auto place = windows_.find(exit.key);
        if (place == windows_.end()) continue;
        place->second.AdvanceTo(now_);
        if (place->second.empty()) {
          windows_.erase(place);
        } else {
          exits_.push({*place->second.LastExit(), std::move(exit.key)});
        }
      }
    }
  }

  // The key's aggregate at `now`, or at the clock when that is later; nothing where there is no value. A key without
  // events has that of an empty window.
  std::optional<Output> Value(const Key& key, Time now) {
    AdvanceTo(now);
    auto place = windows_.find(key);
    return place != windows_.end() ? place->second.Value(now_) : Window(shape_).Value(now_);
  }

  // Calls visit(key, window) for every key that is held, in ascending order. Cost: a sort of the keys.
  template <typename Visitor>
  void ForEach(Visitor visit) {
    std::vector<const Key*> keys;
    keys.reserve(windows_.size());
    for (const auto& [key, window] : windows_) keys.push_back(&key);
    std::sort(keys.begin(), keys.end(), [](const Key* a, const Key* b) { return *a < *b; });
    for (const Key* key : keys) visit(*key, windows_.find(*key)->second);
  }

  // How many keys are held: those with an event in the window.
  size_t size() const { return windows_.size(); }

 private:
  // Windows over time can become empty.
  static constexpr bool kForgets = requires(Window & window, Time t) {
    window.AdvanceTo(t);
    window.LastExit();
  };
  // When the newest event that a key had leaves: one for each key.
  struct Exit {
    Time time;
    Key key;
  };
  struct Later {
    bool operator()(const Exit& a, const Exit& b) const { return a.time > b.time; }
  };

  typename Window::Shape shape_;
  Time now_ = Time::min();
  absl::flat_hash_map<Key, Window> windows_;
  std::priority_queue<Exit, std::vector<Exit>, Later> exits_;
};

}  // namespace tocsin

#endif  // TOCSIN_WINDOW_KEYED_WINDOW_H_
