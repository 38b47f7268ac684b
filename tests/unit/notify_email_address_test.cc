#include <string>
#include <string_view>
#include <vector>

#include "notify/email_address.h"
#include "support/catch.h"

namespace tocsin {
namespace {

std::string Read(std::string_view text) {
  const absl::StatusOr<EmailAddress> address = ParseEmailAddress(text);
  if (!address.ok()) return "error: " + std::string(address.status().message());
  return address->name + "|" + address->mailbox;
}

TEST_CASE("addresses that are right") {
  struct {
    std::string_view text, read;
  } const table[] = {
      {"a@example.com", "|a@example.com"},
      {"  a@example.com ", "|a@example.com"},
      {"first.last+tag@sub.example.co.uk", "|first.last+tag@sub.example.co.uk"},
      {"root@localhost", "|root@localhost"},
      {"Anna Meier <a@example.com>", "Anna Meier|a@example.com"},
      {"Anna Meier<a@example.com>", "Anna Meier|a@example.com"},
      {"<a@example.com>", "|a@example.com"},
      {"\"Meier, Anna\" <a@example.com>", "Meier, Anna|a@example.com"},
      {R"("the \"boss\" \\" <a@example.com>)", R"(the "boss" \|a@example.com)"},
      {"告警中心 <a@example.com>", "告警中心|a@example.com"},
      {"财务@例子.公司", "|财务@例子.公司"},
      {"\"john doe\"@example.com", "|\"john doe\"@example.com"},
      {"a@[192.0.2.1]", "|a@[192.0.2.1]"},
      {"a@[IPv6:2001:db8::1]", "|a@[IPv6:2001:db8::1]"},
      {"!#$%&'*+-/=?^_`{|}~@example.com", "|!#$%&'*+-/=?^_`{|}~@example.com"},
  };
  for (const auto& row : table) CHECK(Read(row.text) == row.read);
}

TEST_CASE("addresses that are wrong, and why") {
  struct {
    std::string_view text, why;
  } const table[] = {
      {"", "it is empty"},
      {"anna", "it has no '@'"},
      {"@example.com", "nothing stands before the '@'"},
      {"a@", "nothing stands behind the '@'"},
      {"a..b@example.com", "a dot must stand between other characters"},
      {".a@example.com", "a dot must stand between other characters"},
      {"a@example..com", "a dot must stand between other characters"},
      {"a@example.com.", "a dot must stand between other characters"},
      {"a b@example.com", "' ' cannot stand before the '@'"},
      {"a@exa mple.com", "' ' cannot stand in a domain"},
      {"a@b@example.com", "'@' cannot stand before the '@'"},
      {"a@-example.com", "a part of the domain begins or ends with '-'"},
      {"a@exam_ple.com", "'_' cannot stand in a domain"},
      {"a@[1.2.3.4", "the address in brackets is not one"},
      {"Anna a@example.com>", "a '<' is missing"},
      {"Meier, Anna <a@example.com>", "a name with punctuation must stand in quotes"},
      {"\"Anna <a@example.com>", "the quotes of the name do not match"},
      {"<<a@example.com>", "a name with punctuation must stand in quotes"},
      {"a@example.com>\r\nRCPT TO:<b@example.com", "it contains a control character"},
      {"a\n@example.com", "it contains a control character"},
      {"\"a\r\nBcc: b\"@example.com", "it contains a control character"},
      {std::string_view("a\0@example.com", 14), "it contains a control character"},
      {"\xFF@example.com", "it is not UTF-8"},
      {"\"a\"b@example.com", "the quotes before the '@' do not match"},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    CHECK(Read(row.text).starts_with("error: '"));
    CHECK(Read(row.text).ends_with("' is not an email address: " + std::string(row.why)));
  }
  CHECK(Read(std::string(65, 'a') + "@example.com").ends_with("more than 64 bytes stand before the '@'"));
  CHECK(Read(std::string(64, 'a') + "@example.com") == "|" + std::string(64, 'a') + "@example.com");
  CHECK(Read("a@" + std::string(64, 'b')).ends_with("a part of the domain is longer than 63 bytes"));
  std::string longest = "a@b";
  while (longest.size() < 254) longest += longest.size() % 10 == 0 ? ".c" : "c";
  longest.resize(254);
  CHECK(Read(longest) == "|" + longest);
  CHECK(Read(longest + "c").ends_with("it is longer than 254 bytes"));
}

TEST_CASE("lists of addresses are cut at the right commas") {
  const auto addresses = ParseEmailAddresses("a@example.com, \"Meier, Anna\" <b@example.com>,\"x,y\"@example.com");
  REQUIRE(addresses.ok());
  REQUIRE(addresses->size() == 3);
  CHECK((*addresses)[1].name == "Meier, Anna");
  CHECK((*addresses)[2].mailbox == "\"x,y\"@example.com");
  CHECK_FALSE(ParseEmailAddresses("a@example.com,").ok());
  CHECK_FALSE(ParseEmailAddresses("").ok());
}

}  // namespace
}  // namespace tocsin
