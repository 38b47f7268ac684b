#include "notify/email_options.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "notify/options.h"
#include "notify/secret.h"

namespace tocsin {
namespace {

constexpr int kSubmissionPort = 587;   // RFC 6409
constexpr int kSubmissionsPort = 465;  // RFC 8314

// Puts a URL and the options beside it together, or says how they contradict each other. Of user and password it
// matters here only whether they are given, so references do as well as what they stand for.
absl::StatusOr<SmtpEndpoint> MakeEndpoint(const SmtpUrl& url, const EmailOptions& options) {
  const auto wrong = [](const std::string& why) { return absl::InvalidArgumentError(why); };
  if (url.user && !options.user.empty()) return wrong("the user is given twice, in the server's URL and as 'user'");
  if (url.password && !options.password.empty()) {
    return wrong("the password is given twice, in the server's URL and as 'password'");
  }
  SmtpEndpoint endpoint;
  endpoint.host = url.host;
  endpoint.user = url.user.value_or(options.user);
  endpoint.password = url.password.value_or(options.password);
  if (endpoint.user.empty() && !endpoint.password.empty()) return wrong("there is a password without a user");
  if (!endpoint.user.empty() && endpoint.password.empty()) {
    return wrong("there is a user without a password: give 'password: env:NAME' or 'password: file:PATH'");
  }
  if (url.tls && options.tls && *url.tls != *options.tls) return wrong("'tls' contradicts the server's URL");
  endpoint.tls = url.tls ? *url.tls : options.tls.value_or(SmtpTls::kStartTls);
  endpoint.port = url.port.value_or(endpoint.tls == SmtpTls::kImplicit ? kSubmissionsPort : kSubmissionPort);
  if (endpoint.tls == SmtpTls::kNone && !endpoint.user.empty() && !IsLoopback(endpoint.host)) {
    return wrong("a password is not sent without TLS, except to this machine: leave out 'tls: none', or the login");
  }
  endpoint.ca_file = options.ca_file;
  endpoint.timeout = options.timeout;
  return endpoint;
}

// Whose the message is when the config does not say.
absl::StatusOr<EmailAddress> DefaultFrom(const SmtpEndpoint& endpoint) {
  absl::StatusOr<EmailAddress> user = ParseEmailAddress(endpoint.user);
  if (user.ok()) return user;
  if (IsLoopback(endpoint.host)) return EmailAddress{"Tocsin", "tocsin@localhost"};
  return absl::InvalidArgumentError("email needs 'from', the sender's address, where the user is not an address");
}

void CheckAddresses(const SourceText& text, std::string_view name, OptionReader* reader) {
  if (IsReference(text.text())) return;
  const absl::StatusOr<std::vector<EmailAddress>> addresses = ParseEmailAddresses(text.text());
  if (!addresses.ok()) reader->Mistake(name, text, std::string(addresses.status().message()));
  if (addresses.ok() && name == "from" && addresses->size() > 1) {
    reader->Mistake(name, text, "a message is from one address");
  }
}

void CheckServer(const SourceText& server, const EmailOptions& options, OptionReader* reader) {
  if (IsReference(server.text())) return;
  const absl::StatusOr<SmtpUrl> url = ParseSmtpUrl(server.text());
  if (!url.ok()) {
    const bool bare = server.text().find("://") == std::string::npos && server.text().find('@') == std::string::npos;
    reader->Mistake("server", server, std::string(url.status().message()),
                    bare ? fmt::format("did you mean 'smtp://{}'?", server.text()) : std::string());
    return;
  }
  const absl::StatusOr<SmtpEndpoint> endpoint = MakeEndpoint(*url, options);
  if (!endpoint.ok()) {
    reader->Mistake("server", server, std::string(endpoint.status().message()));
    return;
  }
  if (!options.from.empty() || IsReference(endpoint->user)) return;
  const absl::StatusOr<EmailAddress> from = DefaultFrom(*endpoint);
  if (!from.ok()) reader->Mistake("server", server, std::string(from.status().message()));
}

std::optional<SmtpTls> ReadTls(OptionReader* reader) {
  const SourceText* text = reader->Optional("tls");
  if (text == nullptr) return std::nullopt;
  const std::optional<SmtpTls> tls = ParseSmtpTls(text->text());
  if (!tls) {
    const std::string closest = ClosestName(text->text(), {"starttls", "implicit", "none"});
    reader->Mistake("tls", *text, "'tls' is starttls, implicit or none",
                    closest.empty() ? std::string() : fmt::format("did you mean '{}'?", closest));
  }
  return tls;
}

std::string TextOf(const SourceText* text) { return text == nullptr ? std::string() : text->text(); }

// The option's value with its name before the reason where it cannot be had.
absl::StatusOr<std::string> Resolve(std::string_view name, const std::string& text) {
  absl::StatusOr<std::string> value = ResolveReference(text);
  if (value.ok()) return value;
  return absl::Status(value.status().code(), fmt::format("email, {}: {}", name, std::string(value.status().message())));
}

absl::Status InOption(std::string_view name, const absl::Status& status) {
  return absl::Status(status.code(), fmt::format("email, {}: {}", name, std::string(status.message())));
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

absl::StatusOr<SmtpEndpoint> ResolveEndpoint(EmailOptions options) {
  // A CA file is a path already: "file:" before it would stand for a path written in a file, which nobody means.
  constexpr std::string_view kFile = "file:";
  if (options.ca_file.starts_with(kFile)) options.ca_file.erase(0, kFile.size());
  for (auto [name, field] : {std::pair{"server", &options.server}, std::pair{"user", &options.user},
                             std::pair{"password", &options.password}, std::pair{"ca_file", &options.ca_file}}) {
    absl::StatusOr<std::string> value = Resolve(name, *field);
    if (!value.ok()) return value.status();
    *field = *std::move(value);
  }
  const absl::StatusOr<SmtpUrl> url = ParseSmtpUrl(options.server);
  if (!url.ok()) return InOption("server", url.status());
  absl::StatusOr<SmtpEndpoint> endpoint = MakeEndpoint(*url, options);
  if (!endpoint.ok()) return InOption("server", endpoint.status());
  if (HasControlCharacter(endpoint->user) || HasControlCharacter(endpoint->password)) {
    return absl::InvalidArgumentError("email: user and password cannot contain line ends or control characters");
  }
  return endpoint;
}

}  // namespace

std::string SmtpEndpoint::name() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

std::optional<EmailOptions> ReadEmailOptions(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics) {
  OptionReader reader(spec, "to", diagnostics);
  EmailOptions options;
  for (const SourceText* to : reader.RequiredRepeated("to", "whom to write to")) {
    CheckAddresses(*to, "to", &reader);
    options.to.push_back(to->text());
  }
  const SourceText* from = reader.Optional("from");
  if (from != nullptr) CheckAddresses(*from, "from", &reader);
  options.from = TextOf(from);
  const SourceText* server = reader.Required("server", "such as smtp://user:password@host:587 or env:NAME");
  options.server = TextOf(server);
  options.user = TextOf(reader.Optional("user"));
  options.password = TextOf(reader.Optional("password"));
  options.tls = ReadTls(&reader);
  options.ca_file = TextOf(reader.Optional("ca_file"));
  options.timeout = reader.OptionalDuration("timeout").value_or(options.timeout);
  if (server != nullptr) CheckServer(*server, options, &reader);
  if (!reader.Finish()) return std::nullopt;
  return options;
}

absl::StatusOr<EmailWay> ResolveEmail(const EmailOptions& options) {
  absl::StatusOr<SmtpEndpoint> endpoint = ResolveEndpoint(options);
  if (!endpoint.ok()) return endpoint.status();
  EmailWay way;
  way.endpoint = *std::move(endpoint);
  for (const std::string& to : options.to) {
    const absl::StatusOr<std::string> text = Resolve("to", to);
    if (!text.ok()) return text.status();
    absl::StatusOr<std::vector<EmailAddress>> addresses = ParseEmailAddresses(*text);
    if (!addresses.ok()) return InOption("to", addresses.status());
    way.to.insert(way.to.end(), addresses->begin(), addresses->end());
  }
  if (options.from.empty()) {
    absl::StatusOr<EmailAddress> from = DefaultFrom(way.endpoint);
    if (!from.ok()) return from.status();
    way.from = *std::move(from);
    return way;
  }
  const absl::StatusOr<std::string> text = Resolve("from", options.from);
  if (!text.ok()) return text.status();
  absl::StatusOr<EmailAddress> from = ParseEmailAddress(*text);
  if (!from.ok()) return InOption("from", from.status());
  way.from = *std::move(from);
  return way;
}

}  // namespace tocsin
