// The JSON decoder against simdjson alone walking the same lines: every member of every object visited, every scalar
// read. The two take turns in one program, so that the machine's noise meets both.
//
//   bench_json FILE.jsonl[.gz] [rounds]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/measure.h"
#include "simdjson.h"
#include "tocsin/event/catalog.h"
#include "tocsin/ingest/json_decoder.h"
#include "tocsin/ingest/line_reader.h"

namespace {

using tocsin::bench::MedianOf;

namespace ondemand = simdjson::ondemand;

// All lines in one text with room behind it, so that simdjson reads them in place.
struct Lines {
  std::string text;
  std::vector<std::pair<size_t, size_t>> spans;
};

bool Load(const std::string& path, Lines* lines) {
  auto reader = tocsin::LineReader::Open(path);
  if (!reader.ok()) {
    std::fprintf(stderr, "%s\n", reader.status().ToString().c_str());
    return false;
  }
  tocsin::Line line;
  simdjson::dom::parser parser;
  while ((*reader)->Next(&line)) {
    // The walk below trusts what it reads, so damaged lines are left out.
    if (!parser.parse(line.text.data(), line.text.size(), /*realloc_if_needed=*/true).is_object()) continue;
    lines->spans.emplace_back(lines->text.size(), line.text.size());
    lines->text.append(line.text);
  }
  lines->text.reserve(lines->text.size() + simdjson::SIMDJSON_PADDING);
  return (*reader)->status().ok();
}

size_t Visit(ondemand::value& value);

size_t VisitObject(ondemand::object object) {
  size_t sum = 0;
  for (auto result : object) {
    ondemand::field&& field = std::move(result).value_unsafe();
    sum += field.unescaped_key().value_unsafe().size() + Visit(field.value());
  }
  return sum;
}

size_t Visit(ondemand::value& value) {
  switch (value.type().value_unsafe()) {
    case ondemand::json_type::object:
      return VisitObject(value.get_object().value_unsafe());
    case ondemand::json_type::array: {
      size_t sum = 0;
      for (auto result : value.get_array().value_unsafe()) {
        ondemand::value&& element = std::move(result).value_unsafe();
        sum += Visit(element);
      }
      return sum;
    }
    case ondemand::json_type::string:
      return value.get_string().value_unsafe().size();
    case ondemand::json_type::number:
      return static_cast<size_t>(value.get_double().value_unsafe() != 0);
    case ondemand::json_type::boolean:
      return value.get_bool().value_unsafe() ? 1 : 0;
    case ondemand::json_type::null:
      return value.is_null() ? 1 : 0;
  }
  return 0;
}

size_t WalkAll(const Lines& lines, ondemand::parser* parser) {
  size_t sum = 0;
  for (const auto& [begin, size] : lines.spans) {
    ondemand::document document;
    const simdjson::padded_string_view text(lines.text.data() + begin, size, lines.text.capacity() - begin);
    if (parser->iterate(text).get(document) != simdjson::SUCCESS) continue;
    sum += VisitObject(document.get_object().value_unsafe());
  }
  return sum;
}

size_t DecodeAll(const Lines& lines, tocsin::JsonDecoder* decoder, tocsin::EventBatch* batch) {
  std::string detail;
  size_t taken = 0;
  for (const auto& [begin, size] : lines.spans) {
    if (batch->size() >= 256) batch->Clear();
    const std::string_view line(lines.text.data() + begin, size);
    taken += decoder->Decode(line, batch, &detail) == tocsin::Reason::kNone;
  }
  return taken;
}

// What a config for these files would declare: every attribute of the common shape that a rule may want.
tocsin::Catalog MakeCatalog() {
  const auto attributes = [] {
    return std::vector<tocsin::AttributeSpec>{{"customer", tocsin::Kind::kString, "", {}, {}, {}},
                                              {"amount", tocsin::Type::Decimal(3), "value", {}, {}, {}},
                                              {"country", tocsin::Kind::kString, "attrs.country", {}, {}, {}},
                                              {"units", tocsin::Kind::kInt, "attrs.units", {}, {}, {}}};
  };
  std::vector<tocsin::EventSpec> events;
  for (const char* name : {"purchase", "refund", "stock_adjustment", "adjustment"})
    events.push_back({name, attributes(), {}});
  std::vector<tocsin::Diagnostic> mistakes;
  return tocsin::Catalog::Create(std::move(events), &mistakes);
}

template <typename Function>
double NanosecondsPer(size_t count, Function function) {
  const auto begin = std::chrono::steady_clock::now();
  function();
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
  return taken.count() / static_cast<double>(count);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_json FILE.jsonl[.gz] [rounds]\n");
    return 2;
  }
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 15;
  Lines lines;
  if (!Load(argv[1], &lines) || lines.spans.empty()) return 3;

  const tocsin::Catalog catalog = MakeCatalog();
  tocsin::JsonDecoder decoder(catalog);
  tocsin::EventBatch batch;
  ondemand::parser parser;
  size_t taken = 0;
  volatile size_t sink = 0;
  std::vector<double> alone;
  std::vector<double> decoded;
  for (int i = 0; i < rounds; ++i) {
    alone.push_back(NanosecondsPer(lines.spans.size(), [&] { sink = WalkAll(lines, &parser); }));
    decoded.push_back(NanosecondsPer(lines.spans.size(), [&] { taken = DecodeAll(lines, &decoder, &batch); }));
  }
  std::printf("%zu lines, %zu decoded, %.1f bytes a line\n", lines.spans.size(), taken,
              static_cast<double>(lines.text.size()) / static_cast<double>(lines.spans.size()));
  std::printf("simdjson alone %8.1f ns a line (best %.1f)\n", MedianOf(alone),
              *std::min_element(alone.begin(), alone.end()));
  std::printf("decoder        %8.1f ns a line (best %.1f)\n", MedianOf(decoded),
              *std::min_element(decoded.begin(), decoded.end()));
  std::printf("json ratio %.2f (decoder's speed / simdjson's; at least 0.50 wanted)\n",
              MedianOf(alone) / MedianOf(decoded));
  return 0;
}
