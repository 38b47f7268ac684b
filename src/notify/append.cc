#include "notify/append.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "fmt/format.h"
#include "notify/sigpipe_guard.h"

namespace tocsin {
namespace {

// What of `text` was written before an error, which is in errno, or all of it.
size_t WriteAll(int descriptor, std::string_view text) {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(descriptor, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    written += static_cast<size_t>(count);
  }
  return written;
}

std::string ErrorText(int error) { return std::generic_category().message(error); }

// Takes back the piece of a line that a full disk left at the end of a file, unless somebody has appended since.
void TakeBack(int file, size_t count) {
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return;
  const off_t end = lseek(file, 0, SEEK_CUR);
  // Should that fail too, the line stays broken; the try that failed is reported either way.
  if (end == status.st_size && ftruncate(file, end - static_cast<off_t>(count)) != 0) return;
}

}  // namespace

Delivery AppendToFile(const std::string& path, std::string_view text) {
  const SigpipeGuard guard;
  // Without O_NONBLOCK a named pipe that nobody reads would hold the caller for ever.
  const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
  if (file < 0) return Delivery::TryAgain(fmt::format("cannot open the file '{}': {}", path, ErrorText(errno)));
  const size_t written = WriteAll(file, text);
  const int error = written < text.size() ? errno : 0;
  if (error != 0 && written > 0) TakeBack(file, written);
  const int close_error = close(file) != 0 ? errno : 0;
  if (error != 0) return Delivery::TryAgain(fmt::format("cannot write to the file '{}': {}", path, ErrorText(error)));
  if (close_error != 0 && close_error != EINTR) {
    return Delivery::TryAgain(fmt::format("cannot write to the file '{}': {}", path, ErrorText(close_error)));
  }
  return Delivery::Delivered();
}

Delivery WriteToDescriptor(int descriptor, const std::string& name, std::string_view text) {
  const SigpipeGuard guard;
  if (WriteAll(descriptor, text) == text.size()) return Delivery::Delivered();
  return Delivery::TryAgain(fmt::format("cannot write to {}: {}", name, ErrorText(errno)));
}

}  // namespace tocsin
