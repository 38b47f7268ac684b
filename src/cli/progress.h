// A progress bar on standard error, where that is a terminal.
#ifndef TOCSIN_CLI_PROGRESS_H_
#define TOCSIN_CLI_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace tocsin::cli {

class Progress {
 public:
  explicit Progress(bool wanted);
  // Shown without its folder.
  void StartFile(const std::string& path) { name_ = path.substr(path.rfind('/') + 1); }
  // Draws at most ten times a second. `total` 0: not known.
  void Show(uint64_t bytes, uint64_t total);
  // Wipes the bar.
  void Finish();

 private:
  bool shown_;
  bool drawn_ = false;
  std::string name_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace tocsin::cli

#endif  // TOCSIN_CLI_PROGRESS_H_
