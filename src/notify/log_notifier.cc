// log: one readable line for each alert change, appended to a file or, where the config says so, written to standard
// error or standard output.
#include <unistd.h>

#include <utility>

#include "notify/alert_text.h"
#include "notify/append.h"
#include "notify/kinds.h"
#include "notify/options.h"

namespace tocsin {
namespace {

class LogNotifier : public Notifier {
 public:
  explicit LogNotifier(std::string path) : path_(std::move(path)) {}

  Delivery Deliver(const Notification& notification) override {
    std::string lines;
    for (const AlertChange& change : notification.alerts) lines += LogLine(change) + "\n";
    if (path_ == "stderr") return WriteToDescriptor(STDERR_FILENO, "standard error", lines);
    if (path_ == "stdout") return WriteToDescriptor(STDOUT_FILENO, "standard output", lines);
    return AppendToFile(path_, lines);
  }

 private:
  std::string path_;
};

}  // namespace

std::unique_ptr<Notifier> MakeLogNotifier(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics) {
  OptionReader options(spec, "path", diagnostics);
  const SourceText* path = options.Required("path", "a file to append to, or stderr or stdout");
  if (!options.Finish()) return nullptr;
  return std::make_unique<LogNotifier>(path->text());
}

}  // namespace tocsin
