#include <string>
#include <string_view>

#include "fmt/format.h"
#include "notify/email_options.h"
#include "notify/smtp_url.h"
#include "support/catch.h"

namespace tocsin {
namespace {

std::string Read(std::string_view text) {
  const absl::StatusOr<SmtpUrl> url = ParseSmtpUrl(text);
  if (!url.ok()) return "error: " + std::string(url.status().message());
  const char* names[] = {"starttls", "implicit", "none"};
  return fmt::format("{} {} {} {} {}", url->host, url->port.value_or(0),
                     url->tls ? names[static_cast<int>(*url->tls)] : "-", url->user.value_or("-"),
                     url->password.value_or("-"));
}

TEST_CASE("servers' URLs") {
  struct {
    std::string_view text, read;
  } const table[] = {
      {"smtp://mail.example.com", "mail.example.com 0 - - -"},
      {"smtp://mail.example.com/", "mail.example.com 0 - - -"},
      {"smtp://mail.example.com:25", "mail.example.com 25 - - -"},
      {"smtps://mail.example.com", "mail.example.com 0 implicit - -"},
      {"smtp://localhost:2525?tls=none", "localhost 2525 none - -"},
      {"smtp://localhost/?tls=implicit", "localhost 0 implicit - -"},
      {"smtp://u:p@h:587", "h 587 - u p"},
      {"smtp://u@h", "h 0 - u -"},
      {"smtp://me%40example.com:a%3Ab%2Fc%25@h", "h 0 - me@example.com a:b/c%"},
      {"smtp://me@example.com:p@ss@h", "h 0 - me@example.com p@ss"},
      {"smtp://[2001:db8::1]:587", "2001:db8::1 587 - - -"},
      {"smtp://邮件.example", "邮件.example 0 - - -"},
  };
  for (const auto& row : table) CHECK(Read(row.text) == row.read);
}

TEST_CASE("URLs that are wrong, and never shown") {
  struct {
    std::string_view text, why;
  } const table[] = {
      {"mail.example.com:587", "it must begin with smtp:// or smtps://"},
      {"http://u:hunter2@h", "it must begin with smtp:// or smtps://"},
      {"smtp:/u:hunter2@h", "it must begin with smtp:// or smtps://"},
      {"smtp://", "it names no host"},
      {"smtp://u:hunter2@", "it names no host"},
      {"smtp://u:hunter2@:25", "it names no host"},
      {"smtp://:hunter2@h", "a user's name is missing before the password"},
      {"smtp://u:hunter2@h:x", "its port is not a number from 1 to 65535"},
      {"smtp://u:hunter2@h:0", "its port is not a number from 1 to 65535"},
      {"smtp://u:hunter2@h:65536", "its port is not a number from 1 to 65535"},
      {"smtp://u:hunter2@h:", "its port is not a number from 1 to 65535"},
      {"smtp://u:hunter2/x@h", "its port is not a number from 1 to 65535"},
      {"smtp://u:hunter2%zz@h", "a '%' in the password is not followed by two hexadecimal digits"},
      {"smtp://u%:hunter2@h", "a '%' in the user's name is not followed by two hexadecimal digits"},
      {"smtp://u:hunter2@h o", "it contains a space or a control character"},
      {"smtp://u:hunter2@h\r\nRCPT", "it contains a space or a control character"},
      {"smtp://u:hunter2@h!", "its host is not a host name"},
      {"smtp://u:hunter2@[::1", "a ']' is missing"},
      {"smtp://u:hunter2@[zz]", "what stands in brackets is not an IPv6 address"},
      {"smtp://u:hunter2@h/path", "behind host and port only ?tls="},
      {"smtp://u:hunter2@h?tls=maybe", "behind host and port only ?tls="},
      {"smtps://u:hunter2@h?tls=none", "smtps:// and its ?tls= contradict each other"},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    CHECK(Read(row.text).starts_with("error: the server's URL is wrong: " + std::string(row.why)));
    CHECK(Read(row.text).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("what is this machine") {
  for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"}) CHECK(IsLoopback(host));
  for (const char* host : {"example.com", "127.evil.example", "localhost.example.com", "128.0.0.1", "::2"}) {
    CHECK_FALSE(IsLoopback(host));
  }
}

EmailOptions OptionsWith(std::string server) {
  EmailOptions options;
  options.to = {"a@example.com"};
  options.from = "b@example.com";
  options.server = std::move(server);
  return options;
}

TEST_CASE("the port follows the way of encryption where none is given") {
  const auto port = [](const char* server) { return ResolveEmail(OptionsWith(server))->endpoint.port; };
  CHECK(port("smtp://h") == 587);
  CHECK(port("smtps://h") == 465);
  CHECK(port("smtp://h?tls=implicit") == 465);
  CHECK(port("smtps://h:587") == 587);
}

TEST_CASE("a password does not leave this machine in the clear") {
  CHECK(ResolveEmail(OptionsWith("smtp://u:p@localhost?tls=none")).ok());
  CHECK(ResolveEmail(OptionsWith("smtp://mail.example.com?tls=none")).ok());
  CHECK(ResolveEmail(OptionsWith("smtp://u:p@mail.example.com")).ok());
  const auto way = ResolveEmail(OptionsWith("smtp://u:p@mail.example.com?tls=none"));
  REQUIRE_FALSE(way.ok());
  CHECK(
      std::string(way.status().message()) ==
      "email, server: a password is not sent without TLS, except to this machine: leave out 'tls: none', or the login");
}

TEST_CASE("who a message is from where the config does not say") {
  const auto from = [](const char* server) -> std::string {
    EmailOptions options = OptionsWith(server);
    options.from.clear();
    const auto way = ResolveEmail(options);
    return way.ok() ? way->from.mailbox : "error: " + std::string(way.status().message());
  };
  CHECK(from("smtp://me%40example.com:p@h") == "me@example.com");
  CHECK(from("smtp://localhost") == "tocsin@localhost");
  CHECK(from("smtp://apikey:p@h") ==
        "error: email needs 'from', the sender's address, where the user is not an address");
}

}  // namespace
}  // namespace tocsin
