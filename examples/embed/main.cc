// A host program with Tocsin inside: a CRM server handles requests, tells the engine what happened, lets it know that
// time passes, and shows what rings. The clock is a simulated one, so that four hours take a moment.
//
//   embed rules.yaml
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "tocsin/config/config.h"
#include "tocsin/engine/engine.h"
#include "tocsin/engine/plan.h"

namespace {

using namespace std::chrono_literals;

// What a host does with an alert is its own affair: page somebody, open a ticket. This one prints a line.
class Printer : public tocsin::AlertSink {
 public:
  void OnAlert(const tocsin::AlertChange& change) override {
    if (change.change != tocsin::Change::kFiring && change.change != tocsin::Change::kResolved) return;
    std::printf("%s  %-8s  %-11s  %s\n", tocsin::FormatTime(change.time).c_str(),
                std::string(tocsin::ChangeName(change.change)).c_str(), change.rule.c_str(), change.summary.c_str());
  }
};

// The host. Its requests come one at a time; an engine is not to be called from two threads at once.
class CrmServer {
 public:
  CrmServer(std::shared_ptr<const tocsin::Plan> plan, tocsin::AlertSink* sink) : engine_(std::move(plan), sink) {}

  void HandleOrder(tocsin::Time now, const std::string& country, double amount) {
    Tell(tocsin::Event("order").At(now).Set("customer", "c17").Set("country", country).Set("amount", amount));
  }

  void HandleRefund(tocsin::Time now, const std::string& country, double amount) {
    Tell(tocsin::Event("refund").At(now).Set("customer", "c17").Set("country", country).Set("amount", amount));
  }

  // Called once a minute: windows slide and deadlines pass also when no request comes.
  void Tick(tocsin::Time now) { engine_.AdvanceTo(now); }

  void PrintValue(const std::string& metric, const std::string& country) const {
    auto value = engine_.Value(metric, {{"country", country}});
    if (!value.ok()) {
      std::fprintf(stderr, "%s\n", std::string(value.status().message()).c_str());
      return;
    }
    // The mean of nothing is not 0: it is absent.
    std::printf("%s in %s: %s\n", metric.c_str(), country.c_str(),
                value->absent() ? "no data" : tocsin::ToText(value->view()).c_str());
  }

 private:
  void Tell(const tocsin::Event& event) {
    // An event that is not taken changes nothing; the host goes on.
    if (absl::Status status = engine_.Ingest(event); !status.ok()) {
      std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    }
  }

  tocsin::Engine engine_;
};

// Four hours in France and Norway. From 10:30 to 11:00 a faulty product comes back in France; after 11:00 nobody can
// order from Norway.
void LiveThroughTheMorning(CrmServer& server) {
  tocsin::Time nine = *tocsin::ParseTime("2026-03-02T09:00:00Z");
  for (int minute = 0; minute <= 240; ++minute) {
    tocsin::Time now = nine + minute * 1min;
    if (minute % 4 == 0) server.HandleOrder(now + 10s, "France", 40.0 + minute % 7);
    if (minute % 6 == 0 && minute < 120) server.HandleOrder(now + 20s, "Norway", 55.5);
    if (minute >= 90 && minute < 120) server.HandleRefund(now + 30s, "France", 45.0);
    if (minute == 100) {
      server.PrintValue("refunds_1h", "France");
      server.PrintValue("mean_order_1h", "Norway");
    }
    server.Tick(now + 1min);
  }
  server.PrintValue("refunds_1h", "France");
  server.PrintValue("mean_order_1h", "Norway");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: embed RULES\n");
    return 2;
  }
  absl::StatusOr<tocsin::Config> config = tocsin::LoadConfig(argv[1]);
  if (!config.ok()) {  // every mistake, with line, column and caret
    std::fprintf(stderr, "%s\n", std::string(config.status().message()).c_str());
    return 1;
  }
  auto plan = tocsin::Plan::Create(config->engine);
  if (!plan.ok()) {
    std::fprintf(stderr, "%s\n", std::string(plan.status().message()).c_str());
    return 1;
  }
  Printer printer;
  CrmServer server(*plan, &printer);
  LiveThroughTheMorning(server);
  return 0;
}
