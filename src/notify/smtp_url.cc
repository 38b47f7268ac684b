#include "notify/smtp_url.h"

#include <algorithm>
#include <charconv>

#include "absl/status/status.h"
#include "base/utf8.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

absl::Status Wrong(std::string_view why) {
  return absl::InvalidArgumentError(
      fmt::format("the server's URL is wrong: {}; right is smtp://user:password@host:587 or smtps://host", why));
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size() || HexDigit(text[i + 1]) < 0 || HexDigit(text[i + 2]) < 0) return std::nullopt;
    decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
    i += 2;
  }
  return decoded;
}

bool IsHostName(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-' || !IsUtf8(host)) return false;
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

bool IsIpv6(std::string_view host) {
  return !host.empty() && host.find(':') != std::string_view::npos &&
         std::all_of(host.begin(), host.end(), [](char c) { return HexDigit(c) >= 0 || c == ':' || c == '.'; });
}

absl::Status ReadHostAndPort(std::string_view text, SmtpUrl* url) {
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return Wrong("a ']' is missing");
    if (!IsIpv6(text.substr(1, close - 1))) return Wrong("what stands in brackets is not an IPv6 address");
    url->host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    if (!text.empty() && text.front() != ':') return Wrong("only a port can follow the host");
    has_port = !text.empty();
    if (has_port) port = text.substr(1);
  } else {
    const size_t colon = text.find(':');
    has_port = colon != std::string_view::npos;
    if (has_port) port = text.substr(colon + 1);
    url->host = text.substr(0, colon);
    if (url->host.empty()) return Wrong("it names no host");
    if (!IsHostName(url->host)) return Wrong("its host is not a host name");
  }
  if (!has_port) return absl::OkStatus();
  int number = 0;
  const std::from_chars_result result = std::from_chars(port.data(), port.data() + port.size(), number);
  if (result.ec != std::errc() || result.ptr != port.data() + port.size() || number < 1 || number > 65535) {
    return Wrong("its port is not a number from 1 to 65535 (a '/', '?' or '#' in a password is written %2F, %3F, %23)");
  }
  url->port = number;
  return absl::OkStatus();
}

absl::Status ReadLogin(std::string_view text, SmtpUrl* url) {
  const size_t colon = text.find(':');
  url->user = PercentDecoded(text.substr(0, colon));
  if (!url->user)
    return Wrong("a '%' in the user's name is not followed by two hexadecimal digits; a plain one is written %25");
  if (url->user->empty()) return Wrong("a user's name is missing before the password");
  if (colon == std::string_view::npos) return absl::OkStatus();
  url->password = PercentDecoded(text.substr(colon + 1));
  if (!url->password)
    return Wrong("a '%' in the password is not followed by two hexadecimal digits; a plain one is written %25");
  return absl::OkStatus();
}

}  // namespace

std::optional<SmtpTls> ParseSmtpTls(std::string_view text) {
  if (text == "starttls") return SmtpTls::kStartTls;
  if (text == "implicit") return SmtpTls::kImplicit;
  if (text == "none") return SmtpTls::kNone;
  return std::nullopt;
}

absl::StatusOr<SmtpUrl> ParseSmtpUrl(std::string_view text) {
  constexpr std::string_view kSmtp = "smtp://";
  constexpr std::string_view kSmtps = "smtps://";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return Wrong("it contains a space or a control character");
  }
  SmtpUrl url;
  if (text.starts_with(kSmtps)) {
    text.remove_prefix(kSmtps.size());
    url.tls = SmtpTls::kImplicit;
  } else if (text.starts_with(kSmtp)) {
    text.remove_prefix(kSmtp.size());
  } else {
    return Wrong("it must begin with smtp:// or smtps://");
  }
  const size_t end = std::min(text.find_first_of("/?#"), text.size());
  std::string_view authority = text.substr(0, end);
  std::string_view rest = text.substr(end);
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    if (absl::Status status = ReadLogin(authority.substr(0, at), &url); !status.ok()) return status;
    authority.remove_prefix(at + 1);
  }
  if (absl::Status status = ReadHostAndPort(authority, &url); !status.ok()) return status;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty()) return url;
  constexpr std::string_view kTls = "?tls=";
  const std::optional<SmtpTls> tls = rest.starts_with(kTls) ? ParseSmtpTls(rest.substr(kTls.size())) : std::nullopt;
  if (!tls) return Wrong("behind host and port only ?tls=starttls, ?tls=implicit or ?tls=none can follow");
  if (url.tls && *url.tls != *tls) return Wrong("smtps:// and its ?tls= contradict each other");
  url.tls = tls;
  return url;
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  // Not "127.evil.example".
  return host.starts_with("127.") &&
         std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace tocsin
