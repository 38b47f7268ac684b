// The address of a mail server as a URL: smtp://user:password@host:587, smtps://host, smtp://localhost:2525?tls=none.
#ifndef TOCSIN_NOTIFY_SMTP_URL_H_
#define TOCSIN_NOTIFY_SMTP_URL_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tocsin {

enum class SmtpTls {
  kStartTls,  // begun in the clear, then TLS, or nothing is sent
  kImplicit,  // TLS from the first byte
  kNone,
};

// "starttls", "implicit", "none".
std::optional<SmtpTls> ParseSmtpTls(std::string_view text);

struct SmtpUrl {
  std::string host;  // an IPv6 address without brackets
  std::optional<int> port;
  std::optional<SmtpTls> tls;  // where smtps:// or ?tls= says so
  std::optional<std::string> user;
  std::optional<std::string> password;
};

// An error never contains any of the URL, because what is wrong with it may be its password.
absl::StatusOr<SmtpUrl> ParseSmtpUrl(std::string_view url);

// True for what this machine answers itself: localhost, 127.0.0.0/8, ::1.
bool IsLoopback(std::string_view host);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_SMTP_URL_H_
