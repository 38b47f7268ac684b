#include "notify/smtp_transcript.h"

#include <algorithm>

#include "base/utf8.h"
#include "fmt/format.h"
#include "notify/alert_text.h"

namespace tocsin {
namespace {

constexpr size_t kMaxText = 200;  // bytes of a reply that are shown

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string Verb(std::string_view command) {
  static constexpr std::string_view kVerbs[] = {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL",
                                                "RCPT", "DATA", "QUIT",     "RSET"};
  for (const std::string_view verb : kVerbs) {
    if (command.starts_with(verb)) return std::string(verb);
  }
  return {};
}

}  // namespace

void SmtpTranscript::Begin() {
  verb_.clear();
  replied_verb_.clear();
  last_ = {};
  recipients_.clear();
  sent_.clear();
}

bool SmtpTranscript::Reached(std::string_view verb) const {
  return std::find(sent_.begin(), sent_.end(), verb) != sent_.end();
}

void SmtpTranscript::OnSent(std::string_view command) {
  // While a login goes on, what is sent is base64 that could look like anything.
  const bool in_login = verb_ == "AUTH" && last_.code == 334;
  const std::string verb = in_login ? "AUTH" : Verb(command);
  if (verb.empty()) return;
  verb_ = verb;
  sent_.push_back(verb);
  if (verb == "EHLO") supports_utf8_ = false;
}

void SmtpTranscript::OnReceived(std::string_view lines) {
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    OnLine(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
}

void SmtpTranscript::OnLine(std::string_view line) {
  // What is said to the goodbye says nothing of what went before.
  if (verb_ == "QUIT") return;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() < 3 || !IsDigit(line[0]) || !IsDigit(line[1]) || !IsDigit(line[2])) return;
  const std::string_view text = line.substr(std::min<size_t>(4, line.size()));
  if (verb_ == "EHLO" && text.starts_with("SMTPUTF8")) supports_utf8_ = true;
  if (line.size() > 3 && line[3] == '-') return;
  last_.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  last_.text = OneLine(Utf8Prefix(text, kMaxText));
  replied_verb_ = verb_;
  if (verb_ == "RCPT") recipients_.push_back(last_);
  // The reply after "go ahead" is about the message.
  if (verb_ == "DATA" && last_.code == 354) {
    verb_ = ".";
    sent_.push_back(verb_);
  }
}

}  // namespace tocsin
