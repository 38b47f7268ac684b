#include "notify/alert_text.h"

#include <algorithm>
#include <vector>

#include "base/utf8.h"
#include "fmt/format.h"
#include "tocsin/event/value.h"

namespace tocsin {
namespace {

constexpr size_t kMaxSubject = 200;  // code points; mail readers show far fewer

bool IsObeyed(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029; }

// Line ends and tabs stay, every other character that a reader would obey goes.
std::string Lines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines += OneLine(line);
    lines += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::string Shortened(std::string_view text, size_t limit) {
  if (CountCodePoints(text) <= limit) return std::string(text);
  std::string shortened;
  for (size_t i = 0; i + 1 < limit; ++i) {
    const size_t size = FirstCodePoint(text).size;
    shortened += text.substr(0, size);
    text.remove_prefix(size);
  }
  return shortened + "…";
}

// What the alert is about, in the words of the rule where it has some.
std::string Headline(const AlertChange& change) {
  std::string summary = OneLine(change.summary);
  return summary.empty() ? OneLine(AlertName(change)) : summary;
}

// Rows of a name and a value, the values below one another; a name that repeats is written once.
class Table {
 public:
  explicit Table(std::string* out) : out_(out) {}
  void Row(std::string_view name, std::string_view value) {
    *out_ += fmt::format("{:<11}{}\n", name == last_ ? std::string() : fmt::format("{}:", name), OneLine(value));
    last_ = name;
  }

 private:
  std::string* out_;
  std::string last_;
};

// "again" and "severity" alone would not say that the alert still fires.
std::string_view Status(Change change) {
  if (change == Change::kAgain) return "firing, seen again";
  if (change == Change::kSeverity) return "firing, severity changed";
  return ChangeName(change);
}

void AppendAlert(const AlertChange& change, std::string* body) {
  if (!change.summary.empty()) *body += Lines(change.summary) + "\n";
  Table table(body);
  table.Row("Status", Status(change.change));
  table.Row("Rule", change.rule);
  if (!change.severity.empty()) table.Row("Severity", change.severity);
  for (const auto& [name, value] : change.labels) table.Row("Labels", fmt::format("{} = {}", name, value));
  for (const auto& [name, value] : change.values) {
    table.Row("Values", fmt::format("{} = {}", name, value.absent() ? "no data" : ToText(value.view())));
  }
  table.Row("Began", FormatTime(change.active_at));
  if (change.fired_at) table.Row("Fired", FormatTime(*change.fired_at));
  if (change.resolved_at) {
    std::string ended = FormatTime(*change.resolved_at);
    if (change.fired_at) ended += fmt::format(", after {}", FormatDuration(*change.resolved_at - *change.fired_at));
    table.Row("Ended", ended);
  }
  if (!change.reason.empty()) table.Row("Reason", change.reason);
}

std::string SubjectOfMany(const std::vector<AlertChange>& alerts) {
  std::vector<std::string> states;
  for (const Change state :
       {Change::kFiring, Change::kAgain, Change::kSeverity, Change::kResolved, Change::kPending, Change::kCancelled}) {
    const auto count =
        std::count_if(alerts.begin(), alerts.end(), [&](const AlertChange& change) { return change.change == state; });
    if (count > 0) states.push_back(fmt::format("{} {}", count, Upper(ChangeName(state))));
  }
  std::vector<std::string> rules;
  for (const AlertChange& change : alerts) {
    if (std::find(rules.begin(), rules.end(), change.rule) == rules.end()) rules.push_back(change.rule);
  }
  return fmt::format("[{}] {}", fmt::join(states, ", "), fmt::join(rules, ", "));
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (!point.valid) {
      line += "\xEF\xBF\xBD";
    } else if (!IsObeyed(point.value)) {
      line += text.substr(0, point.size);
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
    text.remove_prefix(point.size);
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string AlertName(const AlertChange& change) {
  std::string name = change.rule;
  if (change.labels.empty()) return name;
  char separator = '{';
  for (const auto& [label, value] : change.labels) {
    name += separator;
    name += label;
    name += '=';
    AppendJsonString(value, &name);
    separator = ',';
  }
  return name + "}";
}

std::string LogLine(const AlertChange& change) {
  std::string line = fmt::format("{} {}", FormatTime(change.time), Upper(ChangeName(change.change)));
  if (!change.severity.empty()) line += fmt::format(" {}", change.severity);
  line += fmt::format(" {}", AlertName(change));
  for (const auto& [name, value] : change.values) {
    if (!value.absent()) line += fmt::format(" {}={}", name, ToText(value.view()));
  }
  if (!change.summary.empty()) line += fmt::format(" {}", change.summary);
  return OneLine(line);
}

std::string Subject(const Notification& notification) {
  if (notification.alerts.size() != 1) return Shortened(OneLine(SubjectOfMany(notification.alerts)), kMaxSubject);
  const AlertChange& change = notification.alerts.front();
  std::string subject = fmt::format("[{}] ", Upper(ChangeName(change.change)));
  if (!change.severity.empty()) subject += fmt::format("{}: ", Upper(OneLine(change.severity)));
  return Shortened(subject + Headline(change), kMaxSubject);
}

std::string Body(const Notification& notification) {
  std::string body;
  for (const AlertChange& change : notification.alerts) {
    if (!body.empty()) body += "\n\n";
    AppendAlert(change, &body);
  }
  // "-- " begins what mail readers know as a signature, and leave out of replies.
  return body + fmt::format("\n-- \nTocsin, to {}: {}\n", OneLine(notification.receiver), OneLine(notification.key));
}

}  // namespace tocsin
