// What CheckNotifier and MakeNotifier say of specs, as an operations person reads it.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.h"
#include "tocsin/notify/notifier.h"

namespace tocsin {
namespace {

// A spec as a config file of one line would give it: "email: {to: a@example.com, server: smtp://h}".
NotifierSpec SpecOf(const std::string& line) {
  auto file = std::make_shared<SourceFile>(SourceFile{"rules.yaml", line});
  const auto piece = [&](size_t begin, size_t end) {
    std::vector<size_t> offsets;
    for (size_t i = begin; i <= end; ++i) offsets.push_back(i);
    return SourceText(line.substr(begin, end - begin), file, std::move(offsets));
  };
  NotifierSpec spec;
  size_t at = line.find(": ");
  spec.origin = piece(0, at);
  spec.kind = line.substr(0, at);
  at += 2;
  if (line[at] != '{') {
    spec.options.emplace_back(spec.kind, piece(at, line.size()));
    return spec;
  }
  ++at;
  while (line[at] != '}') {
    const size_t colon = line.find(": ", at);
    const size_t end = std::min(line.find(", ", colon), line.size() - 1);
    spec.options.emplace_back(line.substr(at, colon - at), piece(colon + 2, end));
    at = line[end] == ',' ? end + 2 : end;
  }
  return spec;
}

std::string Checked(const std::string& line) {
  std::vector<Diagnostic> mistakes;
  CheckNotifier(SpecOf(line), &mistakes);
  return Render(mistakes);
}

TEST_CASE("specs that are right") {
  for (const char* line : {
           "file: {path: alerts.jsonl}",
           "file: alerts.jsonl",
           "log: stderr",
           "log: {path: /var/log/alerts.log}",
           "host: pager",
           "host: {name: pager}",
           "email: {to: a@example.com, server: env:SMTP_URL}",
           "email: {to: a@example.com, to: Bo <b@example.com>, server: smtp://localhost:2525, tls: none}",
           "email: {to: env:WHO, server: smtp://me@example.com:p@h, ca_file: ca.pem, timeout: 10s}",
           "email: {to: a@example.com, server: smtps://h, user: u, password: file:/run/p, from: T <t@example.com>}",
       }) {
    CAPTURE(line);
    CHECK(Checked(line) == "");
  }
}

TEST_CASE("mistakes, where they are and what would be right") {
  const std::pair<std::string, std::string> table[] = {
      {"file: {}",
       "rules.yaml:1:1: error: file needs 'path', the file to append JSON Lines to\n"
       "  1 | file: {}\n"
       "    | ^~~~"},
      {"log: {path: stderr, file: x}",
       "rules.yaml:1:27: error: log has no option 'file'\n"
       "  1 | log: {path: stderr, file: x}\n"
       "    |                           ^ it has path"},
      {"emial: {to: a@example.com}",
       "rules.yaml:1:1: error: no kind of notifier is named 'emial'\n"
       "  1 | emial: {to: a@example.com}\n"
       "    | ^~~~~ did you mean 'email'?"},
      {"webhook: {url: https://u:hunter2@h}",
       "rules.yaml:1:1: error: notifications by webhook are not supported yet\n"
       "  1 | webhook: {url: https://u:*******@h}\n"
       "    | ^~~~~~~ email, file, log and host are"},
      {"email: {server: smtp://localhost}",
       "rules.yaml:1:1: error: email needs 'to', whom to write to\n"
       "  1 | email: {server: smtp://localhost}\n"
       "    | ^~~~~"},
      {"email: {to: anna, server: env:URL}",
       "rules.yaml:1:13: error: 'anna' is not an email address: it has no '@'\n"
       "  1 | email: {to: anna, server: env:URL}\n"
       "    |             ^~~~"},
      {"email: {to: a@example.com, sever: env:URL}",
       "rules.yaml:1:1: error: email needs 'server', such as smtp://user:password@host:587 or env:NAME\n"
       "  1 | email: {to: a@example.com, sever: env:URL}\n"
       "    | ^~~~~\n"
       "rules.yaml:1:35: error: email has no option 'sever'\n"
       "  1 | email: {to: a@example.com, sever: env:URL}\n"
       "    |                                   ^~~~~~~ did you mean 'server'?"},
      {"email: {to: a@example.com, server: mail.example.com:587}",
       "rules.yaml:1:36: error: the server's URL is wrong: it must begin with smtp:// or smtps://; right is "
       "smtp://user:password@host:587 or smtps://host\n"
       "  1 | email: {to: a@example.com, server: mail.example.com:587}\n"
       "    |                                    ^~~~~~~~~~~~~~~~~~~~ did you mean 'smtp://mail.example.com:587'?"},
      {"email: {to: a@example.com, server: env:URL, tls: startls}",
       "rules.yaml:1:50: error: 'tls' is starttls, implicit or none\n"
       "  1 | email: {to: a@example.com, server: env:URL, tls: startls}\n"
       "    |                                                  ^~~~~~~ did you mean 'starttls'?"},
      {"email: {to: a@example.com, server: env:URL, server: env:URL2}",
       "rules.yaml:1:53: error: 'server' takes one value\n"
       "  1 | email: {to: a@example.com, server: env:URL, server: env:URL2}\n"
       "    |                                                     ^~~~~~~~"},
      {"email: {to: a@example.com, server: env:URL, timeout: 0s}",
       "rules.yaml:1:54: error: 'timeout' must be longer than nothing\n"
       "  1 | email: {to: a@example.com, server: env:URL, timeout: 0s}\n"
       "    |                                                      ^~"},
      {"email: {to: a@example.com, server: smtp://apikey:hunter2@h}",
       "rules.yaml:1:36: error: email needs 'from', the sender's address, where the user is not an address\n"
       "  1 | email: {to: a@example.com, server: smtp://apikey:*******@h}\n"
       "    |                                    ^~~~~~~~~~~~~~~~~~~~~~~"},
      {"email: {to: a@example.com, server: env:URL, max_per_hour: 10}",
       "rules.yaml:1:59: error: the option 'max_per_hour' of email is not supported yet\n"
       "  1 | email: {to: a@example.com, server: env:URL, max_per_hour: 10}\n"
       "    |                                                           ^~"},
      {"email: {to: env:, server: env:URL}",
       "rules.yaml:1:13: error: 'env:' names no environment variable\n"
       "  1 | email: {to: env:, server: env:URL}\n"
       "    |             ^~~~ env:NAME and file:PATH stand for what they name"},
  };
  for (const auto& [line, rendered] : table) CHECK(Checked(line) == rendered);
}

TEST_CASE("options that contradict each other") {
  const std::pair<const char*, const char*> table[] = {
      {"server: smtp://me@example.com:p@h, user: u", "the user is given twice, in the server's URL and as 'user'"},
      {"server: smtp://me@example.com:p@h, password: q",
       "the password is given twice, in the server's URL and as 'password'"},
      {"server: smtp://h, from: f@example.com, password: q", "there is a password without a user"},
      {"server: smtp://h, user: u@example.com", "there is a user without a password"},
      {"server: smtps://h, from: f@example.com, tls: none", "'tls' contradicts the server's URL"},
      {"server: smtp://h, user: u@example.com, password: q, tls: none", "a password is not sent without TLS"},
      {"server: env:URL, from: f@example.com,g@example.com", "a message is from one address"},
      {"server: env:URL, timeout: soon", "duration"},
  };
  for (const auto& [options, message] : table) {
    const std::string checked = Checked(std::string("email: {to: a@example.com, ") + options + "}");
    CAPTURE(checked);
    CHECK(checked.find(message) != std::string::npos);
  }
}

TEST_CASE("no message shows a password, wherever the mistake is") {
  for (const char* line : {
           "email: {to: anna, server: smtp://u:hunter2@h}",
           "email: {to: anna, server: smtp:u:hunter2@h}",
           "email: {to: anna, server: u:hunter2@h}",
           "email: {to: anna, server: smtp://u:hunter2/@h:x}",
           "email: {to: anna, sevrer: smtp://u:hunter2@h}",
           "email: {to: anna, server: smtp://h, user: u, password: hunter2}",
           "email: {to: anna, server: smtp://h, user: u, pasword: hunter2}",
           "email: {to: a@example.com, server: smtp://u:hunter2%@h}",
           "emial: {to: anna, password: hunter2, server: smtp://u:hunter2@h}",
           "sms: {to: x, token: hunter2}",
           "webhook: {url: x, secret: hunter2}",
       }) {
    const std::string checked = Checked(line);
    CAPTURE(checked);
    CHECK(checked.find("error: ") != std::string::npos);
    CHECK(checked.find("hunter2") == std::string::npos);
    const auto made = MakeNotifier(SpecOf(line));
    REQUIRE_FALSE(made.ok());
    CHECK(made.status().ToString().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("specs built in code are checked as well") {
  NotifierSpec spec;
  spec.kind = "email";
  spec.options = {{"to", "anna"}, {"server", "smtp://u:hunter2@h!"}};
  std::vector<Diagnostic> mistakes;
  CheckNotifier(spec, &mistakes);
  CHECK(Render(mistakes) ==
        "email, to:1:1: error: 'anna' is not an email address: it has no '@'\n"
        "  1 | anna\n"
        "    | ^~~~\n"
        "email, server:1:1: error: the server's URL is wrong: its host is not a host name; right is "
        "smtp://user:password@host:587 or smtps://host\n"
        "  1 | smtp://u:*******@h!\n"
        "    | ^~~~~~~~~~~~~~~~~~~");
}

TEST_CASE("what a spec is made into") {
  for (const char* line : {"file: a.jsonl", "log: stderr"}) CHECK(MakeNotifier(SpecOf(line)).ok());
  const auto email = MakeNotifier(SpecOf("email: {to: a@example.com, server: env:NOT_SET}"));
  if (!email.ok()) {
    CHECK(std::string(email.status().message()).find("build with TOCSIN_WITH_CURL=ON") != std::string::npos);
  }
  const auto host = MakeNotifier(SpecOf("host: pager"));
  REQUIRE_FALSE(host.ok());
  CHECK(std::string(host.status().message()).find("registered by the program that embeds Tocsin") != std::string::npos);
}

}  // namespace
}  // namespace tocsin
