// `tocsin`: the command line. Reads arguments, nothing else; each subcommand has a file.
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace {

constexpr const char* kFooter = R"(A first look:
  tocsin check rules.yaml
  tocsin replay --rules rules.yaml events.jsonl.gz

Exit status: 0 fine, 1 the config or a snapshot says no, 2 wrong usage, 3 input or output failed.)";

void AddCheck(CLI::App& app, tocsin::cli::CheckOptions& options) {
  CLI::App* check = app.add_subcommand("check", "Say what is wrong with a config, or what it does");
  check->add_option("RULES", options.rules, "YAML configs, each checked on its own")->required();
}

// What was said of files, to be put together in the order in which it was said.
struct FileArguments {
  CLI::Option* paths = nullptr;
  CLI::Option* source = nullptr;
  CLI::Option* format = nullptr;
  std::vector<std::string> path_list;
  std::vector<std::string> source_list;
  std::vector<std::string> format_list;
};

std::vector<tocsin::cli::EventFile> InOrder(const CLI::App& replay, const FileArguments& files) {
  std::vector<tocsin::cli::EventFile> ordered;
  tocsin::cli::EventFile next;
  size_t paths = 0;
  size_t sources = 0;
  size_t formats = 0;
  for (const CLI::Option* option : replay.parse_order()) {
    if (option == files.source) next.source = files.source_list[sources++];
    if (option == files.format) next.format = files.format_list[formats++];
    if (option != files.paths) continue;
    next.path = files.path_list[paths++];
    ordered.push_back(next);
  }
  return ordered;
}

void AddExplain(CLI::App& app, tocsin::cli::ExplainOptions& options) {
  CLI::App* explain = app.add_subcommand(
      "explain", "Say what a rule or metric reads, when it is evaluated, how it is found and what it costs");
  explain->add_option("--rules", options.rules, "The YAML config")->required();
  explain->add_option("NAME", options.names, "Rules and metrics")->required();
}

void AddReplay(CLI::App& app, tocsin::cli::ReplayOptions& options, FileArguments& files) {
  CLI::App* replay =
      app.add_subcommand("replay", "Say what would have fired: history through the engine, as fast as it goes");
  files.paths = replay
                    ->add_option("EVENTS", files.path_list,
                                 "JSON Lines or CSV (.csv), plain or gzip; '-' is standard input; several are read "
                                 "one after the other")
                    ->required();
  files.source =
      replay->add_option("--source", files.source_list, "Which of the config's sources the files that follow are of");
  files.format = replay
                     ->add_option("--format", files.format_list,
                                  "What the files that follow are, whatever their names: jsonl or csv")
                     ->check(CLI::IsMember({"jsonl", "csv"}));
  for (CLI::Option* option : {files.source, files.format}) option->allow_extra_args(false);
  replay->add_option("--rules", options.rules, "The YAML config")->required();
  replay->add_option("--alerts", options.alerts, "Where alert changes go, as JSON Lines ('-': standard output)")
      ->capture_default_str();
  replay->add_flag("--pending", options.pending, "Pending and cancelled changes as well");
  CLI::Option* trace = replay->add_option("--trace", options.trace,
                                          "A metric whose values are written as CSV: time,metric,group...,value");
  replay->add_option("--trace-at", options.trace_at, "When: 'event', or a period such as 1h (each full one, closed)")
      ->capture_default_str()
      ->needs(trace);
  replay
      ->add_option("--trace-out", options.trace_out,
                   "Where the trace goes ('-': standard output, and then no alerts there)")
      ->capture_default_str()
      ->needs(trace);
  replay->add_option("--dead-letters", options.dead_letters,
                     "Where refused records go, as JSON Lines with line number and reason");
  replay->add_option("--until", options.until,
                     "Advance the clock to this time after the last event (default: the last event's time)");
  replay->add_option("--snapshot-in", options.snapshot_in,
                     "Go on from a snapshot of the same rules: read before the first event");
  replay->add_option("--snapshot-out", options.snapshot_out,
                     "Write a snapshot after the last event, whose instant then stays open unless --until is given");
  replay->add_flag("--notify", options.notify, "Deliver what fired, to the config's receivers");
  replay->add_flag("--quiet,-q", options.quiet, "No summary and no progress bar");
}

int Run(int argc, char** argv) {
  CLI::App app{"Tocsin watches what customers do, and rings when something needs a person.", "tocsin"};
  app.set_version_flag("--version", std::string("tocsin ") + TOCSIN_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  tocsin::cli::CheckOptions check;
  tocsin::cli::ReplayOptions replay;
  AddCheck(app, check);
  tocsin::cli::ExplainOptions explain;
  AddExplain(app, explain);
  FileArguments files;
  AddReplay(app, replay, files);
  try {
    app.parse(argc, argv);
    if (app.got_subcommand("check")) return tocsin::cli::Check(check);
    if (app.got_subcommand("explain")) return tocsin::cli::ExplainNames(explain);
    replay.events = InOrder(*app.get_subcommand("replay"), files);
    return tocsin::cli::Replay(replay);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? tocsin::cli::kFine : tocsin::cli::kUsage;
  }
}

}  // namespace

int main(int argc, char** argv) {
  int status = tocsin::cli::kIoFailed;
  bool written = false;
  try {
    status = Run(argc, argv);
    written = status == tocsin::cli::kIoFailed || std::fflush(stdout) == 0;
  } catch (const std::system_error&) {  // of fmt::print, when standard output or error takes no more
  }
  if (written) return status;
  std::fputs("tocsin: writing standard output failed: the disk is full, or who read it has gone\n", stderr);
  return tocsin::cli::kIoFailed;
}
