// file: alert changes as JSON Lines, appended to a file.
#include <utility>

#include "notify/append.h"
#include "notify/kinds.h"
#include "notify/options.h"

namespace tocsin {
namespace {

class FileNotifier : public Notifier {
 public:
  explicit FileNotifier(std::string path) : path_(std::move(path)) {}

  Delivery Deliver(const Notification& notification) override {
    std::string lines;
    for (const AlertChange& change : notification.alerts) {
      lines += ToJson(change);
      lines += '\n';
    }
    return AppendToFile(path_, lines);
  }

 private:
  std::string path_;
};

}  // namespace

std::unique_ptr<Notifier> MakeFileNotifier(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics) {
  OptionReader options(spec, "path", diagnostics);
  const SourceText* path = options.Required("path", "the file to append JSON Lines to");
  if (!options.Finish()) return nullptr;
  return std::make_unique<FileNotifier>(path->text());
}

}  // namespace tocsin
