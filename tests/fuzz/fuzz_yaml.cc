// Any bytes as a config: read, placed and answered without a fault. What loads is checked a second time and must still
// pass.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tocsin/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<tocsin::Config> config = tocsin::ParseConfig(text, "fuzz.yaml");
  if (config.ok()) {
    if (!tocsin::CheckConfig(*config).ok()) std::abort();
    return 0;
  }
  // Every refusal names at least one mistake, at a place that the text has.
  const auto mistakes = tocsin::DiagnosticsOf(config.status());
  if (mistakes.empty()) std::abort();
  for (const tocsin::Diagnostic& mistake : mistakes) {
    if (mistake.line < 0 || mistake.column < 0 || mistake.length < 1 || mistake.message.empty()) std::abort();
    if (static_cast<size_t>(mistake.line) > size + 1) std::abort();
  }
  return 0;
}
