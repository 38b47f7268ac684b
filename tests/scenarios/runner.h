// Runs the steps of a scenario on an engine.
#ifndef TOCSIN_TESTS_SCENARIOS_RUNNER_H_
#define TOCSIN_TESTS_SCENARIOS_RUNNER_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/scenario.h"
#include "tocsin/engine/engine.h"
#include "tocsin/event/event.h"
#include "tocsin/ingest/json_decoder.h"

namespace tocsin::test {

class Runner {
 public:
  Runner(std::shared_ptr<const Plan> plan, Delivery delivery);

  // Empty, or what went wrong and where.
  std::string Run(const std::vector<std::string>& steps);

  // Goes on under another plan.
  void Reload(std::shared_ptr<const Plan> plan);

 private:
  struct Told : AlertSink {
    void OnAlert(const AlertChange& change) override;
    std::deque<std::pair<std::string, std::string>> changes;  // the line and the JSON of each
  };

  std::string RunStep(const std::string& step);
  // Goes on in another engine, if that is asked for.
  std::string Restart();
  // Hands over the events that wait, and compares all that was told with all that was expected.
  std::string Settle();
  std::string Compare();

  // OFFSET TYPE [#ID] NAME=VALUE… [-> REASON]
  std::string TakeEvent(std::vector<std::string> words);
  std::string IngestByName(const std::vector<std::string>& words, const std::string& expected);
  void AddToBatch(const std::vector<std::string>& words, const std::string& expected);
  Event::Attribute Parse(const std::string& type, const std::string& name, const std::string& text) const;

  std::string TakeRecord(const std::string& step);
  std::string CheckValue(const std::vector<std::string>& words) const;
  std::string CheckCounts(const std::vector<std::string>& words) const;

  std::shared_ptr<const Plan> plan_;
  Delivery delivery_;
  Told told_;
  Engine engine_;
  JsonDecoder decoder_;
  EventBatch batch_;                   // events that wait to be handed over
  std::vector<std::string> outcomes_;  // what is expected to become of each
  std::vector<std::string> expected_;  // what must be told, as written
};

}  // namespace tocsin::test

#endif  // TOCSIN_TESTS_SCENARIOS_RUNNER_H_
