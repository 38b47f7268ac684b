// Any bytes as a CSV file, then a good one: whatever came before, that one is read right. What is given up and what is
// taken are all of the input, in order, and no line is lost behind a damaged one.
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
#include "ingest/csv_decoder.h"
#include "ingest/csv_reader.h"
#include "tocsin/ingest/dead_letter.h"

namespace {

tocsin::Catalog MakeCatalog() {
  std::vector<tocsin::EventSpec> events(1);
  events[0] = tocsin::test::EventOfEveryType();
  std::vector<tocsin::Diagnostic> mistakes;
  return tocsin::Catalog::Create(std::move(events), &mistakes);
}

tocsin::SourceSpec MakeSource() {
  tocsin::SourceSpec source;
  source.name = "s";
  source.type.constant = "e";
  source.time.path = "day";
  source.time.format = "%d.%m.%Y %H:%M:%S.%f %z";
  source.id = {"p", "q"};
  source.where = "live";
  return source;
}

void Require(bool condition) {
  if (!condition) std::abort();
}

// The rows of `text` below the header; how many became events.
size_t ReadRows(std::string_view text, tocsin::CsvDecoder* decoder, tocsin::EventBatch* batch) {
  const std::unique_ptr<tocsin::LineReader> lines = tocsin::LineReader::OfText(text);
  tocsin::CsvReader reader(*lines);
  tocsin::CsvRecord record;
  std::string detail;
  size_t taken = 0;
  uint64_t last_line = 0;
  while (reader.Next(&record)) {
    Require(record.line > last_line);
    Require(text.substr(record.offset, record.text.size()) == record.text);
    Require(record.text.substr(0, record.first_line.size()) == record.first_line);
    const tocsin::Reason reason = decoder->Decode(record, batch, &detail);
    if (reason == tocsin::Reason::kNone) {
      ++taken;
    } else {
      Require(!detail.empty() && tocsin::IsUtf8(detail));
      tocsin::DeadLetter letter;
      letter.reason = reason;
      letter.detail = detail;
      letter.record = record.text;
      Require(tocsin::IsUtf8(tocsin::ToJson(letter)));
    }
    last_line = record.line;
    if (reason != tocsin::Reason::kMalformed && reason != tocsin::Reason::kEncoding) continue;
    reader.GiveUp();
  }
  Require(batch->size() >= taken);
  return taken;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const tocsin::Catalog catalog = MakeCatalog();
  static const tocsin::SourceSpec source = MakeSource();
  const auto exact = std::make_unique<char[]>(size);
  if (size > 0) std::memcpy(exact.get(), data, size);
  const std::string_view text(exact.get(), size);

  // As a file with a header of its own, and as rows below one that fits.
  tocsin::CsvDecoder decoder(catalog, source, 1, false);
  tocsin::EventBatch batch;
  const size_t newline = text.find('\n');
  if (decoder.SetHeader(text.substr(0, newline)).ok() && newline != std::string_view::npos) {
    ReadRows(text.substr(newline + 1), &decoder, &batch);
  }
  Require(decoder.SetHeader("p,q,live,day,text,n,x,m,b,t,d,p").code() == absl::StatusCode::kInvalidArgument);
  Require(decoder.SetHeader("p,q,live,day,text,n,x,m,b,t,d").ok());
  ReadRows(text, &decoder, &batch);
  for (const tocsin::EventView& event : batch.views()) {
    Require(tocsin::IsUtf8(event.id));
    for (const tocsin::Value& value : event.attributes) Require(tocsin::IsUtf8(tocsin::ToText(value)));
  }

  batch.Clear();
  constexpr std::string_view kGood = "1,2,true,1.12.2010 09:41:00.5 Z,\"a \"\"b\"\"\nc\",-7,,27.5,true,,1h\n";
  Require(ReadRows(kGood, &decoder, &batch) == 1);
  const tocsin::EventView& event = batch.views()[0];
  Require(event.id == "1/2" && tocsin::FormatTime(event.time) == "2010-12-01T09:41:00.5Z");
  Require(event.attributes[0].AsString() == "a \"b\"\nc" && event.attributes[1].AsInt() == -7);
  Require(event.attributes[2].absent() && event.attributes[3].AsDecimalUnits() == 27500 &&
          event.attributes[4].AsBool());
  return 0;
}
