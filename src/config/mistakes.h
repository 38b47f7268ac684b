// Mistakes: what is wrong in a config, collected while it is read. Bounded, because a hostile file could hold a mistake
// in every byte, and each carries a copy of its line.
#ifndef TOCSIN_CONFIG_MISTAKES_H_
#define TOCSIN_CONFIG_MISTAKES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/base/diagnostic.h"

namespace tocsin {

class Mistakes {
 public:
  static constexpr size_t kMost = 100;

  void Add(const SourceText& place, std::string message, std::string hint = {}) {
    if (!Full()) list_.push_back(place.Error(std::move(message), std::move(hint)));
  }
  void Add(Diagnostic diagnostic) {
    if (!Full()) list_.push_back(std::move(diagnostic));
  }

  // True when nothing more is taken: what is costly to say need not be worked out.
  bool Full() const { return list_.size() >= kMost; }
  bool empty() const { return list_.empty(); }

  // By place, each once, and the collector is empty again.
  std::vector<Diagnostic> Take();

 private:
  std::vector<Diagnostic> list_;
};

// Orders by line and column (what has no place keeps its order, first), and drops what is said twice.
void SortMistakes(std::vector<Diagnostic>* diagnostics);

}  // namespace tocsin

#endif  // TOCSIN_CONFIG_MISTAKES_H_
