// Sends alerts through one notifier and prints what came of each: the driver of test_email.py.
//
//   send_test_mail KIND [--count N] [--pause SECONDS] [--same] [--summary TEXT] [--resolved] OPTION=VALUE…
//
// Exit status: 0 delivered, 1 failed for good, 4 to be tried again, 2 the options are wrong.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>

#include "tocsin/notify/notifier.h"

namespace {

struct Arguments {
  tocsin::NotifierSpec spec;
  int count = 1;
  double pause = 0;
  std::string summary = "Refunds of 612.50 GBP in a day in France";
  bool same = false;  // each is a further try of the first
  bool resolved = false;
};

Arguments Read(int argc, char** argv) {
  Arguments arguments;
  if (argc > 1) arguments.spec.kind = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const char* next = i + 1 < argc ? argv[i + 1] : "";
    if (argument == "--count") {
      arguments.count = std::atoi(next);
      ++i;
    } else if (argument == "--pause") {
      arguments.pause = std::atof(next);
      ++i;
    } else if (argument == "--summary") {
      arguments.summary = next;
      ++i;
    } else if (argument == "--same") {
      arguments.same = true;
    } else if (argument == "--resolved") {
      arguments.resolved = true;
    } else {
      const size_t equals = argument.find('=');
      const std::string_view value = equals == std::string_view::npos ? "" : argument.substr(equals + 1);
      arguments.spec.options.emplace_back(std::string(argument.substr(0, equals)), tocsin::SourceText(value));
    }
  }
  return arguments;
}

tocsin::Notification MakeNotification(const Arguments& arguments, uint64_t seq) {
  tocsin::AlertChange change;
  change.time = *tocsin::ParseTime("2010-12-02T10:41:00Z");
  change.rule = "RefundSpike";
  change.severity = "critical";
  change.labels = {{"city", "北京"}, {"country", "France"}};
  change.active_at = *tocsin::ParseTime("2010-12-02T09:41:00Z");
  change.fired_at = change.time;
  change.seq = seq;
  change.version = "a41c09e2";
  change.values.emplace_back("refunds_24h", tocsin::OwnedValue(tocsin::Value::Double(612.5)));
  change.summary = arguments.summary;
  if (arguments.resolved) {
    change.change = tocsin::Change::kResolved;
    change.time += std::chrono::minutes(90);
    change.resolved_at = change.time;
  }
  return {"RefundSpike/finance/" + std::to_string(seq), "finance", {change}};
}

int Print(const tocsin::Delivery& delivery) {
  const char* outcomes[] = {"delivered", "try again", "failed"};
  const int statuses[] = {0, 4, 1};
  const auto index = static_cast<size_t>(delivery.outcome);
  std::printf("%s: %s\n", outcomes[index], delivery.detail.c_str());
  return statuses[index];
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = Read(argc, argv);
  auto notifier = tocsin::MakeNotifier(arguments.spec);
  if (!notifier.ok()) {
    std::fprintf(stderr, "%s\n", std::string(notifier.status().message()).c_str());
    return 2;
  }
  int status = 0;
  for (int i = 0; i < arguments.count; ++i) {
    if (i > 0) std::this_thread::sleep_for(std::chrono::duration<double>(arguments.pause));
    status =
        Print((*notifier)->Deliver(MakeNotification(arguments, arguments.same ? 1 : static_cast<uint64_t>(i + 1))));
    std::fflush(stdout);
  }
  return status;
}
