// The command's parts: one file for each subcommand, and what they share.
#ifndef TOCSIN_CLI_COMMANDS_H_
#define TOCSIN_CLI_COMMANDS_H_

#include <string>
#include <vector>

namespace tocsin::cli {

// Exit statuses, as documented in docs/command.md.
inline constexpr int kFine = 0;
inline constexpr int kRefused = 1;   // the config says no, or a snapshot is not one of it
inline constexpr int kUsage = 2;     // wrong usage
inline constexpr int kIoFailed = 3;  // input or output failed, or a notification was not delivered

struct CheckOptions {
  std::vector<std::string> rules;
};
int Check(const CheckOptions& options);

struct ExplainOptions {
  std::string rules;
  std::vector<std::string> names;  // of rules and metrics
};
int ExplainNames(const ExplainOptions& options);

// A file of events, and what had been said of files when it was named.
struct EventFile {
  std::string path;
  std::string source;  // a name of the config's sources; empty: the flat form
  std::string format;  // "jsonl", "csv"; empty: by the file's name
};

struct ReplayOptions {
  std::string rules;
  std::vector<EventFile> events;
  std::string alerts = "-";
  bool pending = false;
  std::string trace;
  std::string trace_at = "event";
  std::string trace_out = "-";
  std::string dead_letters;
  std::string until;
  std::string snapshot_in;
  std::string snapshot_out;
  bool notify = false;
  bool quiet = false;
};
int Replay(const ReplayOptions& options);

}  // namespace tocsin::cli

#endif  // TOCSIN_CLI_COMMANDS_H_
