// `tocsin`: the command line. Reads arguments, nothing else; each subcommand has a file.
#include <CLI/CLI.hpp>

#include "cli/commands.h"
#

namespace {

constexpr const char* kFooter = R"(A first look:
  tocsin check rules.yaml
  tocsin replay --rules rules.yaml events.jsonl.gz

Exit status: 0 fine, 1 the config says no, 2 wrong usage, 3 input or output failed.)";

void AddCheck(CLI::App& app, tocsin::cli::CheckOptions& options) {
  CLI::App* check = app.add_subcommand("check", "Say what is wrong with a config, or what it does");
  check->add_option("RULES", options.rules, "YAML configs, each checked on its own")->required();
}

void AddReplay(CLI::App& app, tocsin::cli::ReplayOptions& options) {
  CLI::App* replay =
      app.add_subcommand("replay", "Say what would have fired: history through the engine, as fast as it goes");
  replay
      ->add_option("EVENTS", options.events,
                   "JSON Lines, plain or gzip; '-' is standard input; several are read one after the other")
      ->required();
  replay->add_option("--rules", options.rules, "The YAML config")->required();
  replay->add_option("--alerts", options.alerts, "Where alert changes go, as JSON Lines ('-': standard output)")
      ->capture_default_str();
  replay->add_flag("--pending", options.pending, "Pending and cancelled changes as well");
  replay->add_option("--trace", options.trace, "A metric whose values are written as CSV: time,metric,group...,value");
  replay->add_option("--trace-at", options.trace_at, "When: 'event', or a period such as 1h (each full one, closed)")
      ->capture_default_str();
  replay
      ->add_option("--trace-out", options.trace_out,
                   "Where the trace goes ('-': standard output, and then no alerts there)")
      ->capture_default_str();
  replay->add_option("--dead-letters", options.dead_letters,
                     "Where refused records go, as JSON Lines with line number and reason");
  replay->add_option("--until", options.until,
                     "Advance the clock to this time after the last event (default: the last event's time)");
  replay->add_flag("--notify", options.notify, "Deliver what fired, to the config's receivers");
  replay->add_flag("--quiet,-q", options.quiet, "No summary and no progress bar");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Tocsin watches what customers do, and rings when something needs a person.", "tocsin"};
  app.set_version_flag("--version", std::string("tocsin ") + TOCSIN_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  tocsin::cli::CheckOptions check;
  tocsin::cli::ReplayOptions replay;
  AddCheck(app, check);
  AddReplay(app, replay);
  try {
    app.parse(argc, argv);
    if (app.got_subcommand("check")) return tocsin::cli::Check(check);
    return tocsin::cli::Replay(replay);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? tocsin::cli::kFine : tocsin::cli::kUsage;
  }
}
