#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace tocsin::cli {

Progress::Progress(bool wanted) : shown_(wanted && isatty(STDERR_FILENO) != 0) {}

void Progress::Show(uint64_t bytes, uint64_t total) {
  if (!shown_) return;
  auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  drawn_ = true;
  if (total == 0) {
    fmt::print(stderr, "\r{}: {:.1f} MB\033[K", name_, static_cast<double>(bytes) / 1e6);
  } else {
    constexpr int kWidth = 30;
    double share = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(total));
    int full = static_cast<int>(share * kWidth);
    fmt::print(stderr, "\r{} [{:#<{}}{:.<{}}] {:3.0f} %\033[K", name_, "", full, "", kWidth - full, share * 100);
  }
  std::fflush(stderr);
}

void Progress::Finish() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace tocsin::cli
