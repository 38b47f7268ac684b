#include "tocsin/notify/dispatcher.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"

namespace tocsin {
namespace {

// Writes down what it is told and answers as it is bidden.
struct Diary {
  std::vector<Notification> told;
  Delivery answer;
  bool throws = false;
};

class FakeNotifier : public Notifier {
 public:
  explicit FakeNotifier(Diary* diary) : diary_(diary) {}
  Delivery Deliver(const Notification& notification) override {
    diary_->told.push_back(notification);
    if (diary_->throws) throw std::runtime_error("out of paper");
    return diary_->answer;
  }

 private:
  Diary* diary_;
};

std::map<std::string, std::unique_ptr<Notifier>> Hosts(Diary* diary) {
  std::map<std::string, std::unique_ptr<Notifier>> hosts;
  hosts["pager"] = std::make_unique<FakeNotifier>(diary);
  return hosts;
}

NotifierSpec Spec(std::string kind, std::string value) {
  NotifierSpec spec;
  spec.kind = kind;
  spec.options.emplace_back(kind, SourceText(std::move(value)));
  return spec;
}

AlertChange ChangeOf(Change change, uint64_t seq) {
  AlertChange alert;
  alert.change = change;
  alert.rule = "Idle";
  alert.labels = {{"customer", "7"}};
  alert.seq = seq;
  return alert;
}

std::string MessageOf(const std::vector<ReceiverSpec>& receivers, const RouteSpec& route, Diary* diary) {
  const auto dispatcher = Dispatcher::Create(receivers, route, Hosts(diary));
  return dispatcher.ok() ? "" : std::string(dispatcher.status().message());
}

// A folder of its own that goes when the test goes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tocsin_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("who is told of what, under which key") {
  Diary diary;
  const std::vector<ReceiverSpec> receivers = {{"other", {Spec("host", "nobody")}, {}},
                                               {"team", {Spec("host", "pager")}, {}}};
  auto dispatcher = Dispatcher::Create(receivers, {"team"}, Hosts(&diary));
  REQUIRE(dispatcher.ok());
  uint64_t seq = 10;
  for (const Change change :
       {Change::kPending, Change::kFiring, Change::kResolved, Change::kPending, Change::kCancelled}) {
    (*dispatcher)->OnAlert(ChangeOf(change, seq++));
  }
  REQUIRE(diary.told.size() == 2);
  CHECK(diary.told[0].alerts.at(0).change == Change::kFiring);
  CHECK(diary.told[0].key == R"(Idle{customer="7"}/team/11)");
  CHECK(diary.told[0].receiver == "team");
  CHECK(diary.told[1].alerts.at(0).change == Change::kResolved);
  CHECK(diary.told[1].key == R"(Idle{customer="7"}/team/12)");
  CHECK((*dispatcher)->delivered() == 2);
  CHECK((*dispatcher)->failed().empty());
}

TEST_CASE("without a receiver nobody is told") {
  Diary diary;
  auto dispatcher = Dispatcher::Create({{"team", {Spec("host", "pager")}, {}}}, {}, Hosts(&diary));
  REQUIRE(dispatcher.ok());
  (*dispatcher)->OnAlert(ChangeOf(Change::kFiring, 1));
  CHECK(diary.told.empty());
  CHECK((*dispatcher)->delivered() == 0);
}

TEST_CASE("one notifier that fails does not keep the others from being told") {
  TemporaryFolder folder;
  Diary diary;
  diary.answer = Delivery::TryAgain("pager is busy");
  const ReceiverSpec team = {"team", {Spec("host", "pager"), Spec("log", folder / "alerts.log")}, {}};
  auto dispatcher = Dispatcher::Create({team}, {"team"}, Hosts(&diary));
  REQUIRE(dispatcher.ok());
  (*dispatcher)->OnAlert(ChangeOf(Change::kFiring, 1));
  diary.throws = true;
  (*dispatcher)->OnAlert(ChangeOf(Change::kResolved, 2));
  CHECK((*dispatcher)->delivered() == 2);
  REQUIRE((*dispatcher)->failed().size() == 2);
  const FailedDelivery& busy = (*dispatcher)->failed()[0];
  CHECK(busy.receiver == "team");
  CHECK(busy.notifier == "host");
  CHECK(busy.key == R"(Idle{customer="7"}/team/1)");
  CHECK(busy.detail == "pager is busy");
  CHECK((*dispatcher)->failed()[1].detail == "the notifier threw an exception: out of paper");
}

TEST_CASE("receivers and hosts that are not there") {
  Diary diary;
  const std::vector<ReceiverSpec> receivers = {{"team", {Spec("host", "pagr")}, {}},
                                               {"ops", {Spec("slack", "x"), Spec("file", "")}, {}}};
  CHECK(MessageOf(receivers, {"taem"}, &diary).find("no receiver named 'taem'") != std::string::npos);
  CHECK(MessageOf(receivers, {"taem"}, &diary).find("did you mean 'team'?") != std::string::npos);
  CHECK(MessageOf(receivers, {"team"}, &diary).find("this program has registered no notifier named 'pagr'") !=
        std::string::npos);
  CHECK(MessageOf(receivers, {"team"}, &diary).find("did you mean 'pager'?") != std::string::npos);
  // All at once.
  CHECK(MessageOf(receivers, {"ops"}, &diary).find("notifications by slack are not supported yet") !=
        std::string::npos);
  CHECK(MessageOf(receivers, {"ops"}, &diary).find("'path' has no value") != std::string::npos);
}

TEST_CASE("files get whole lines of JSON, in order, and may be moved away") {
  TemporaryFolder folder;
  const std::string path = folder / "alerts.jsonl";
  auto notifier = MakeNotifier(Spec("file", path));
  REQUIRE(notifier.ok());
  CHECK_FALSE(std::filesystem::exists(path));  // nothing before the first delivery
  const AlertChange first = ChangeOf(Change::kFiring, 1);
  const AlertChange second = ChangeOf(Change::kResolved, 2);
  CHECK((*notifier)->Deliver({"k", "r", {first, second}}).ok());
  CHECK((*notifier)->Deliver({"k", "r", {first}}).ok());
  CHECK(TextOf(path) == ToJson(first) + "\n" + ToJson(second) + "\n" + ToJson(first) + "\n");
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0007) == 0);  // alerts are not everybody's to read

  std::filesystem::rename(path, path + ".1");
  CHECK((*notifier)->Deliver({"k", "r", {second}}).ok());
  CHECK(TextOf(path) == ToJson(second) + "\n");
}

TEST_CASE("a file that cannot be written is a failure with its reason") {
  TemporaryFolder folder;
  const std::string missing = folder / "nowhere/alerts.jsonl";
  const auto deliver = [](const std::string& path) {
    return (*MakeNotifier(Spec("file", path)))->Deliver({"k", "r", {ChangeOf(Change::kFiring, 1)}});
  };
  CHECK(deliver(missing).outcome == Delivery::Outcome::kTryAgain);
  CHECK(deliver(missing).detail == "cannot open the file '" + missing + "': No such file or directory");
  // A pipe that nobody reads must not hold the caller, nor end the process.
  const std::string pipe = folder / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(deliver(pipe).detail == "cannot open the file '" + pipe + "': No such device or address");
  if (access("/dev/full", W_OK) == 0) {
    CHECK(deliver("/dev/full").detail == "cannot write to the file '/dev/full': No space left on device");
  }
}

TEST_CASE("a reader that goes away does not end the process") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  close(ends[0]);
  const int kept = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  const Delivery delivery = (*MakeNotifier(Spec("log", "stderr")))->Deliver({"k", "r", {ChangeOf(Change::kFiring, 1)}});
  dup2(kept, STDERR_FILENO);
  close(kept);
  close(ends[1]);
  CHECK(delivery.detail == "cannot write to standard error: Broken pipe");
}

}  // namespace
}  // namespace tocsin
