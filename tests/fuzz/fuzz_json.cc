// Any bytes as a JSON record, then a good one: whatever came before, that one is read right. Under the sanitizers, with
// the record in memory of exactly its size.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "fuzz/every_type.h"
#include "tocsin/ingest/dead_letter.h"
#include "tocsin/ingest/json_decoder.h"

namespace {

tocsin::Catalog MakeCatalog() {
  using tocsin::Kind;
  std::vector<tocsin::EventSpec> events(2);
  events[0] = tocsin::test::EventOfEveryType();
  events[1].name = "f";
  tocsin::AttributeSpec nested;
  nested.name = "nested";
  nested.type = Kind::kString;
  nested.from = "text.a.b";
  events[1].attributes.push_back(nested);
  std::vector<tocsin::Diagnostic> mistakes;
  return tocsin::Catalog::Create(std::move(events), &mistakes);
}

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tocsin::Catalog catalog = MakeCatalog();
  static tocsin::JsonDecoder decoder(catalog);
  tocsin::EventBatch batch;
  std::string detail;
  const auto exact = std::make_unique<char[]>(size);
  if (size > 0) std::memcpy(exact.get(), data, size);
  const std::string_view record(exact.get(), size);

  const tocsin::Reason reason = decoder.Decode(record, &batch, &detail);
  Require(batch.size() == (reason == tocsin::Reason::kNone ? 1 : 0));
  if (reason == tocsin::Reason::kNone) {
    // What was taken is valid text throughout.
    for (const tocsin::Value& value : batch.views()[0].attributes) Require(tocsin::IsUtf8(tocsin::ToText(value)));
    Require(tocsin::IsUtf8(record));
  } else {
    tocsin::DeadLetter letter;
    letter.reason = reason;
    letter.detail = detail;
    letter.record = record;
    const std::string json = tocsin::ToJson(letter);
    Require(!detail.empty() && tocsin::IsUtf8(detail) && tocsin::IsUtf8(json));
  }

  constexpr std::string_view kGood =
      R"({"type": "e", "time": "2010-12-01T09:41:00Z", "text": "a\nb", "n": -7, "m": 27.5, "b": true})";
  Require(decoder.Decode(kGood, &batch, &detail) == tocsin::Reason::kNone);
  const std::span<const tocsin::Value> attributes = batch.views().back().attributes;
  Require(attributes[0].AsString() == "a\nb" && attributes[1].AsInt() == -7 && attributes[2].absent());
  Require(attributes[3].AsDecimalUnits() == 27500 && attributes[4].AsBool() && attributes[5].absent());
  return 0;
}
