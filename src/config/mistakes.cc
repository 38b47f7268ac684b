#include "config/mistakes.h"

#include <algorithm>
#include <tuple>

namespace tocsin {

std::vector<Diagnostic> Mistakes::Take() {
  std::vector<Diagnostic> taken = std::move(list_);
  list_.clear();
  SortMistakes(&taken);
  return taken;
}

void SortMistakes(std::vector<Diagnostic>* diagnostics) {
  std::stable_sort(diagnostics->begin(), diagnostics->end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  const auto same = [](const Diagnostic& a, const Diagnostic& b) {
    return a.line == b.line && a.column == b.column && a.message == b.message && a.file == b.file;
  };
  diagnostics->erase(std::unique(diagnostics->begin(), diagnostics->end(), same), diagnostics->end());
}

}  // namespace tocsin
