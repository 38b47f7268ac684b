// The options of email: read and checked with the config, their references resolved at each delivery.
#ifndef TOCSIN_NOTIFY_EMAIL_OPTIONS_H_
#define TOCSIN_NOTIFY_EMAIL_OPTIONS_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "notify/email_address.h"
#include "notify/smtp_url.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/base/time.h"
#include "tocsin/route/route_spec.h"

namespace tocsin {

// As written; every text may be a reference. Empty: not given.
struct EmailOptions {
  std::vector<std::string> to;
  std::string from;
  std::string server;
  std::string user;
  std::string password;
  std::optional<SmtpTls> tls;
  std::string ca_file;
  Duration timeout = std::chrono::seconds(30);
};

// One server and the way to talk to it.
struct SmtpEndpoint {
  std::string host;
  int port = 0;
  SmtpTls tls = SmtpTls::kStartTls;
  std::string user;  // empty: no login
  std::string password;
  std::string ca_file;  // empty: the certificates that the system trusts
  Duration timeout{};

  std::string name() const;  // "smtp.example.com:587"
};

// All that one delivery needs, in plain text.
struct EmailWay {
  SmtpEndpoint endpoint;
  EmailAddress from;
  std::vector<EmailAddress> to;
};

// Nothing, and mistakes added, where the options are wrong.
std::optional<EmailOptions> ReadEmailOptions(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics);

// Reads environment and files. Errors: Unavailable where trying again may help, InvalidArgument where not; none
// contains a secret.
absl::StatusOr<EmailWay> ResolveEmail(const EmailOptions& options);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_EMAIL_OPTIONS_H_
