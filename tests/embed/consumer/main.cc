// What a host does with Tocsin in C++, as short as it can be: the same program is built against the source tree,
// against an installation, and by pkg-config.
#include <iostream>

#include <tocsin/tocsin.h>

namespace {

class Printer : public tocsin::AlertSink {
 public:
  void OnAlert(const tocsin::AlertChange& change) override {
    std::cout << change.rule << ": " << change.summary << "\n";
  }
};

int Fail(const absl::Status& status) {
  std::cerr << status.message() << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  absl::StatusOr<tocsin::Config> config = tocsin::LoadConfig(argv[1]);
  if (!config.ok()) return Fail(config.status());
  auto plan = tocsin::Plan::Create(config->engine);
  if (!plan.ok()) return Fail(plan.status());

  Printer printer;
  tocsin::Engine engine(*plan, &printer);
  tocsin::Time time = tocsin::FromNanos(1'600'000'000'000'000'000);
  for (double amount : {450.0, 162.5}) {
    absl::Status status =
        engine.Ingest(tocsin::Event("refund").At(time).Set("country", "France").Set("amount", amount));
    if (!status.ok()) return Fail(status);
  }
  engine.AdvanceTo(time);
  auto value = engine.Value("refunds_24h", {{"country", "France"}});
  if (!value.ok()) return Fail(value.status());
  std::cout << "refunds_24h = " << tocsin::ToText(value->view()) << "\n";
  return 0;
}
