#include "tocsin/ingest/dead_letter.h"

#include "fmt/format.h"
#include "tocsin/event/value.h"

namespace tocsin {

std::string ToJson(const DeadLetter& letter) {
  std::string json = "{\"source\": ";
  AppendJsonString(letter.source, &json);
  json += fmt::format(", \"line\": {}, \"offset\": {}, \"reason\": ", letter.line, letter.offset);
  AppendJsonString(ReasonName(letter.reason), &json);
  json += ", \"detail\": ";
  AppendJsonString(letter.detail, &json);
  json += ", \"record\": ";
  AppendJsonString(letter.record, &json);
  json += '}';
  return json;
}

}  // namespace tocsin
