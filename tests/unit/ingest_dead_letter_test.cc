#include "tocsin/ingest/dead_letter.h"

#include "support/catch.h"

namespace tocsin {
namespace {

TEST_CASE("A dead letter is one line of JSON") {
  DeadLetter letter;
  letter.source = "crm";
  letter.line = 4711;
  letter.offset = 882013;
  letter.reason = Reason::kBadTime;
  letter.detail = "time '2010-13-01T…' is not RFC 3339";
  letter.record = "{\"a\": \"\n\"}";
  CHECK(ToJson(letter) == R"({"source": "crm", "line": 4711, "offset": 882013, "reason": "bad_time", )"
                          R"("detail": "time '2010-13-01T…' is not RFC 3339", "record": "{\"a\": \"\n\"}"})");
}

TEST_CASE("Bytes that are not UTF-8 are replaced") {
  DeadLetter letter;
  letter.reason = Reason::kEncoding;
  letter.record = "a\xFF\xE5\x91z";
  CHECK(ToJson(letter) ==
        "{\"source\": \"\", \"line\": 0, \"offset\": 0, \"reason\": \"encoding\", \"detail\": \"\", "
        "\"record\": \"a\xEF\xBF\xBD\xEF\xBF\xBDz\"}");
}

}  // namespace
}  // namespace tocsin
