#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "notify/alert_text.h"
#include "notify/email_encoding.h"
#include "support/catch.h"
#include "support/seed.h"

namespace tocsin {
namespace {

// The other direction, slow and obvious, written from the RFCs.

int HexDigit(char c) { return static_cast<int>(std::string_view("0123456789ABCDEF").find(c)); }

std::string DecodeBase64(std::string_view text) {
  const std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  int bits = 0;
  unsigned group = 0;
  for (const char c : text) {
    if (c == '=' || c == '\r' || c == '\n') continue;
    REQUIRE(digits.find(c) != std::string_view::npos);
    group = group << 6 | static_cast<unsigned>(digits.find(c));
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(group >> bits & 0xFF);
    }
  }
  return bytes;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
  return lines;
}

std::string DecodeQuotedPrintable(std::string_view text) {
  std::string decoded;
  for (const std::string& line : Lines(text)) {
    REQUIRE(line.size() <= 76);
    REQUIRE((line.empty() || (line.back() != ' ' && line.back() != '\t')));
    bool soft = false;
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] != '=') {
        REQUIRE((line[i] == '\t' || (line[i] >= 0x20 && line[i] < 0x7F)));
        decoded += line[i];
      } else if (i + 1 == line.size()) {
        soft = true;
      } else {
        decoded += static_cast<char>(HexDigit(line[i + 1]) * 16 + HexDigit(line[i + 2]));
        i += 2;
      }
    }
    if (!soft) decoded += '\n';
  }
  // The last line may have had no end.
  if (!text.ends_with("\r\n") && !decoded.empty()) decoded.pop_back();
  return decoded;
}

std::string DecodeWord(std::string_view word) {
  REQUIRE(word.size() <= 75);
  const std::string_view inner = word.substr(10, word.size() - 12);
  if (word.starts_with("=?utf-8?B?")) return DecodeBase64(inner);
  REQUIRE(word.starts_with("=?utf-8?Q?"));
  std::string decoded;
  for (size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '=') {
      decoded += static_cast<char>(HexDigit(inner[i + 1]) * 16 + HexDigit(inner[i + 2]));
      i += 2;
    } else {
      decoded += inner[i] == '_' ? ' ' : inner[i];
    }
  }
  return decoded;
}

// The value of a header, unfolded, with encoded-words decoded one by one: each must be whole code points.
std::string DecodeHeader(const std::string& header) {
  REQUIRE(header.ends_with("\r\n"));
  std::string unfolded;
  for (const std::string& line : Lines(header)) {
    REQUIRE(line.size() <= (line.find("=?") == std::string::npos ? 78 : 76));
    REQUIRE(line.find_first_of("\r\n") == std::string::npos);
    if (!unfolded.empty()) {
      REQUIRE(line.size() > 1);
      REQUIRE(line[0] == ' ');
    }
    unfolded += line;
  }
  std::string_view rest = std::string_view(unfolded).substr(unfolded.find(':') + 1);
  if (rest.empty()) return {};
  REQUIRE(rest.front() == ' ');
  rest.remove_prefix(1);
  std::string decoded;
  bool after_word = false;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(' '), rest.size());
    const std::string_view piece = rest.substr(0, end);
    const bool is_word = piece.starts_with("=?") && piece.ends_with("?=");
    if (!decoded.empty() && !(after_word && is_word)) decoded += ' ';
    if (is_word) REQUIRE(IsUtf8(DecodeWord(piece)));
    decoded += is_word ? DecodeWord(piece) : std::string(piece);
    after_word = is_word;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return decoded;
}

std::string RandomText(std::mt19937& random, size_t size, bool lines) {
  static const std::vector<std::string> kPieces = {"a",    "b ", " ", "  ", "=",  ".",  "\t", "From ",        "Zürich",
                                                   "退款", "🚨",  "_", "?",  "=?", "?=", "-",  "longer words", "\"",
                                                   "\\",   ",",  "é"};
  std::string text;
  while (text.size() < size) {
    if (lines && random() % 9 == 0) {
      text += '\n';
    } else {
      text += kPieces[random() % kPieces.size()];
    }
  }
  return text;
}

TEST_CASE("base64 by the vectors of RFC 4648") {
  const std::pair<const char*, const char*> table[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, encoded] : table) CHECK(Base64(bytes) == encoded);
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(DecodeBase64(Base64(all)) == all);
}

TEST_CASE("quoted-printable, case by case") {
  const std::string a75(75, 'a');
  const std::pair<std::string, std::string> table[] = {
      {"", ""},
      {"plain\n", "plain\r\n"},
      {"1 + 1 = 2\n", "1 + 1 =3D 2\r\n"},
      {"é\n", "=C3=A9\r\n"},
      {"-- \n", "--=20\r\n"},
      {"tab\t\nx", "tab=09\r\nx"},
      {"\n\n", "\r\n\r\n"},
      {".\n..x\n", "=2E\r\n=2E.x\r\n"},
      {"From here\nfrom From \n", "=46rom here\r\nfrom From=20\r\n"},
      {a75 + "b\n", a75 + "b\r\n"},           // just fits
      {a75 + "bc\n", a75 + "=\r\nbc\r\n"},    // one too long
      {a75 + ".c\n", a75 + "=\r\n=2Ec\r\n"},  // the break brings the dot to the start of a line
      {std::string(74, 'a') + "é", std::string(74, 'a') + "=\r\n=C3=A9"},
  };
  for (const auto& [text, encoded] : table) CHECK(QuotedPrintable(text) == encoded);
}

TEST_CASE("bodies come back as they were") {
  std::mt19937 random(tocsin::test::Seed(2024));
  for (int i = 0; i < 3000; ++i) {
    const std::string text = RandomText(random, random() % 400, true);
    const std::string printable = QuotedPrintable(text);
    REQUIRE(DecodeQuotedPrintable(printable) == text);
    for (const std::string& line : Lines(printable)) {
      REQUIRE_FALSE(line.starts_with("."));
      REQUIRE_FALSE(line.starts_with("From "));
    }
    const std::string base64 = Base64Lines(text);
    for (const std::string& line : Lines(base64)) REQUIRE(line.size() <= 76);
    std::string decoded = DecodeBase64(base64);
    decoded.erase(std::remove(decoded.begin(), decoded.end(), '\r'), decoded.end());
    REQUIRE(decoded == text);
  }
}

TEST_CASE("subjects, case by case") {
  const std::pair<std::string, std::string> table[] = {
      {"plain", "Subject: plain\r\n"},
      {"", "Subject:\r\n"},
      {"a  b", "Subject: =?utf-8?Q?a__b?=\r\n"},  // folding would not keep two spaces
      {"=?utf-8?Q?x?=", "Subject: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?=\r\n"},
      {"Zürich", "Subject: =?utf-8?Q?Z=C3=BCrich?=\r\n"},
      {"退款告警", "Subject: =?utf-8?B?6YCA5qy+5ZGK6K2m?=\r\n"},
      {"x\r\nBcc: thief@example.com", "Subject: x Bcc: thief@example.com\r\n"},
      {"x\n\n\tbody", "Subject: x body\r\n"},
      {"x\rBcc: y", "Subject: x Bcc: y\r\n"},
      {std::string("nul\0l", 5), "Subject: nul l\r\n"},
      {"line\xE2\x80\xA8separator", "Subject: line separator\r\n"},
      {"a bad \xFF byte", "Subject: =?utf-8?Q?a_bad_=EF=BF=BD_byte?=\r\n"},
  };
  for (const auto& [text, header] : table) CHECK(TextHeader("Subject", text) == header);
}

TEST_CASE("headers come back as they were, within the limits") {
  std::mt19937 random(tocsin::test::Seed(7));
  for (int i = 0; i < 3000; ++i) {
    const std::string text = OneLine(RandomText(random, random() % 500, true));
    REQUIRE(DecodeHeader(TextHeader(i % 2 == 0 ? "Subject" : "X-A-Header-With-A-Rather-Long-Name-Of-Its-Own", text)) ==
            text);
  }
  const std::string word(2000, 'x');
  CHECK(DecodeHeader(TextHeader("Subject", word)) == word);
}

TEST_CASE("address headers") {
  const auto header = [](std::vector<EmailAddress> addresses) { return AddressHeader("To", addresses); };
  CHECK(header({{"", "a@example.com"}}) == "To: a@example.com\r\n");
  CHECK(header({{"Anna", "a@example.com"}, {"", "b@example.com"}}) == "To: Anna <a@example.com>, b@example.com\r\n");
  CHECK(header({{"Meier, Anna", "a@example.com"}}) == "To: \"Meier, Anna\" <a@example.com>\r\n");
  CHECK(header({{"the \"boss\" \\o/", "a@example.com"}}) == "To: \"the \\\"boss\\\" \\\\o/\" <a@example.com>\r\n");
  CHECK(header({{"告警", "a@example.com"}}) == "To: =?utf-8?B?5ZGK6K2m?= <a@example.com>\r\n");
  CHECK(header({{"x\r\nBcc: y", "a@example.com"}}) == "To: \"x Bcc: y\" <a@example.com>\r\n");
  std::vector<EmailAddress> many(40, {"Müller", "someone@example.com"});
  for (const std::string& line : Lines(header(many))) CHECK(line.size() <= 78);
}

}  // namespace
}  // namespace tocsin
