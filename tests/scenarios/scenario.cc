#include "scenarios/scenario.h"

#include <deque>
#include <fstream>
#include <memory>
#include <sstream>

#include <fmt/format.h>

#include "tocsin/config/config.h"
#include "tocsin/engine/engine.h"
#include "tocsin/event/event.h"

namespace tocsin::test {
namespace {

const Time kStart = *ParseTime("2026-01-01T00:00:00Z");

std::vector<std::string> Words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// "1h", "1h-1ns", "1h+1ns", "-30s"
Time Instant(const std::string& text) {
  int64_t nudge = 0;
  std::string offset = text;
  for (const char* suffix : {"-1ns", "+1ns"}) {
    if (offset.size() <= 4 || offset.substr(offset.size() - 4) != suffix) continue;
    nudge = suffix[0] == '-' ? -1 : 1;
    offset.resize(offset.size() - 4);
  }
  bool before = offset[0] == '-';
  Duration duration = *ParseDuration(before ? offset.substr(1) : offset);
  return (before ? kStart - duration : kStart + duration) + Duration(nudge);
}

// As the steps write a change: "+1h firing R country=FR".
class Told : public AlertSink {
 public:
  void OnAlert(const AlertChange& change) override {
    Duration offset = change.time - kStart;
    std::string line = "+" + FormatDuration(offset) + " " + std::string(ChangeName(change.change)) + " " + change.rule;
    for (const auto& [name, value] : change.labels) line += " " + name + "=" + value;
    lines.push_back(line);
  }
  std::deque<std::string> lines;
};

// "+1h-1ns firing R" with the offset as FormatDuration writes it.
std::string Normal(const std::vector<std::string>& words) {
  std::string line = "+" + FormatDuration(Instant(words[0].substr(1)) - kStart);
  for (size_t i = 1; i < words.size(); ++i) line += " " + words[i];
  return line;
}

class Runner {
 public:
  explicit Runner(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)), engine_(plan_, &told_) {}

  std::string Run(const std::vector<std::string>& steps) {
    for (const std::string& step : steps) {
      std::vector<std::string> words = Words(step);
      if (words.empty() || words[0][0] == '#') continue;
      std::string problem = words[0][0] == '+' ? Expect(words) : Silence();
      if (problem.empty() && words[0] == "value") problem = CheckValue(words);
      if (problem.empty() && words[0] != "value" && words[0][0] != '+') problem = Act(words);
      if (!problem.empty()) return fmt::format("at '{}': {}", step, problem);
    }
    return Silence();
  }

 private:
  std::string Expect(const std::vector<std::string>& words) {
    if (told_.lines.empty()) return "nothing was told";
    std::string line = told_.lines.front();
    told_.lines.pop_front();
    return line == Normal(words) ? "" : fmt::format("told was '{}'", line);
  }
  std::string Silence() const {
    return told_.lines.empty() ? "" : fmt::format("told before it, and not expected: '{}'", told_.lines.front());
  }

  std::string Act(std::vector<std::string> words) {
    Time at = Instant(words[0]);
    if (words[1] == "close") {
      engine_.AdvanceTo(at);
      return "";
    }
    std::string expected = "accepted";
    if (words.size() > 3 && words[words.size() - 2] == "->") {
      expected = words.back();
      words.resize(words.size() - 2);
    }
    Event event(words[1]);
    event.At(at);
    for (size_t i = 2; i < words.size(); ++i) Set(words[1], words[i], &event);
    std::array<uint64_t, kReasonCount> before = engine_.Statistics().events;
    absl::Status status = engine_.Ingest(event);
    std::array<uint64_t, kReasonCount> after = engine_.Statistics().events;
    for (size_t r = 0; r < kReasonCount; ++r) {
      if (before[r] == after[r]) continue;
      std::string_view reason = ReasonName(static_cast<Reason>(r));
      return reason == expected ? "" : fmt::format("{}: {}", reason, std::string(status.message()));
    }
    return "nothing was counted";
  }

  void Set(const std::string& type, const std::string& pair, Event* event) const {
    std::string name = pair.substr(0, pair.find('='));
    std::string text = pair.substr(pair.find('=') + 1);
    const EventSpec& spec = plan_->catalog().event(*plan_->Type(type));
    switch (spec.attributes[*plan_->Slot(type, name)].type.kind) {
      case Kind::kString:
        event->Set(name, text);
        return;
      case Kind::kBool:
        event->Set(name, text == "true");
        return;
      case Kind::kInt:
        event->Set(name, int64_t{std::stoll(text)});
        return;
      default:
        event->Set(name, std::stod(text));
    }
  }

  // value METRIC key=value… = EXPECTED
  std::string CheckValue(const std::vector<std::string>& words) {
    std::vector<std::pair<std::string, std::string>> pairs;
    std::vector<Key> keys;
    for (size_t i = 2; i + 2 < words.size(); ++i) {
      size_t equals = words[i].find('=');
      pairs.emplace_back(words[i].substr(0, equals), words[i].substr(equals + 1));
    }
    for (const auto& [name, value] : pairs) keys.push_back({name, value});
    absl::StatusOr<OwnedValue> value = engine_.Value(words[1], keys);
    if (!value.ok()) return std::string(value.status().message());
    std::string text = value->absent() ? "none" : ToText(value->view());
    return text == words.back() ? "" : fmt::format("the value is {}", text);
  }

  std::shared_ptr<const Plan> plan_;
  Told told_;
  Engine engine_;
};

}  // namespace

std::vector<Scenario> ReadScenarios(const std::string& path) {
  std::ifstream file(path);
  std::vector<Scenario> scenarios;
  bool in_config = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("=== ", 0) == 0) {
      scenarios.push_back({line.substr(4), "", {}});
    } else if (line == "config:" || line == "steps:") {
      in_config = line == "config:";
    } else if (scenarios.empty() || line.empty()) {
      continue;
    } else if (in_config) {
      scenarios.back().config += (line.size() > 2 ? line.substr(2) : line) + "\n";
    } else {
      scenarios.back().steps.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
    }
  }
  return scenarios;
}

std::string RunScenario(const Scenario& scenario) {
  absl::StatusOr<Config> config = ParseConfig(scenario.config, "scenario");
  if (!config.ok()) return std::string(config.status().message());
  absl::StatusOr<std::shared_ptr<const Plan>> plan = Plan::Create(config->engine);
  if (!plan.ok()) return std::string(plan.status().message());
  return Runner(*plan).Run(scenario.steps);
}

}  // namespace tocsin::test
