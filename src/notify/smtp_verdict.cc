#include "notify/smtp_verdict.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "fmt/format.h"
#include "notify/alert_text.h"

namespace tocsin {
namespace {

constexpr Duration kConnectLimit = std::chrono::seconds(10);

std::string WhyNoConnection(const SmtpTry& done, const SmtpEndpoint& endpoint) {
  switch (done.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return fmt::format("cannot find the host '{}': check its name", endpoint.host);
    case CURLE_COULDNT_CONNECT:
      return fmt::format("cannot connect to {}: {}", endpoint.name(),
                         done.system_error != 0 ? std::generic_category().message(static_cast<int>(done.system_error))
                                                : OneLine(done.error));
    case CURLE_OPERATION_TIMEDOUT:
      if (done.connect_seconds > 0) {
        return fmt::format("{} did not answer within {}", endpoint.name(), FormatDuration(endpoint.timeout));
      }
      return fmt::format("cannot connect to {} within {}", endpoint.name(), FormatDuration(ConnectLimit(endpoint)));
    case CURLE_SSL_CONNECT_ERROR:
      return fmt::format("{}: TLS could not be set up ({}); port 465 is usually smtps://, port 587 smtp://",
                         endpoint.name(), OneLine(done.error));
    default:
      return fmt::format("{}: {}", endpoint.name(), OneLine(done.error));
  }
}

Delivery JudgeCertificate(const SmtpTry& done, const SmtpEndpoint& endpoint) {
  const std::string why = OneLine(done.error);
  if (why.find("match") != std::string::npos) {
    return Delivery::Failed(
        fmt::format("{}: the server's certificate is for another name than '{}' ({}): give the name in the "
                    "certificate as the server's",
                    endpoint.name(), endpoint.host, why));
  }
  if (why.find("expired") != std::string::npos || why.find("not yet valid") != std::string::npos) {
    return Delivery::Failed(
        fmt::format("{}: the server's certificate is not valid at this time ({}): it must be renewed on the "
                    "server, or this machine's clock is wrong",
                    endpoint.name(), why));
  }
  return Delivery::Failed(
      fmt::format("{}: the server's certificate is not trusted ({}): give the certificate of whoever issued it "
                  "as 'ca_file', or have the server use one that this system trusts",
                  endpoint.name(), why));
}

Delivery JudgeLogin(const SmtpTranscript& transcript, const SmtpEndpoint& endpoint) {
  const SmtpReply& reply = transcript.last();
  if (transcript.verb() != "AUTH" || reply.code < 400) {
    return Delivery::Failed(fmt::format("{}: the server offers no way to log in that Tocsin knows", endpoint.name()));
  }
  std::string why =
      fmt::format("{}: login as '{}' was refused {}", endpoint.name(), endpoint.user, Quoted(reply, endpoint));
  return reply.code < 500 ? Delivery::TryAgain(std::move(why)) : Delivery::Failed(std::move(why));
}

Delivery JudgeReply(const SmtpTranscript& transcript, const EmailWay& way) {
  const SmtpReply& reply = transcript.last();
  const std::string& verb = transcript.verb();
  std::string what = "refused to talk to us";
  if (verb == "MAIL") what = fmt::format("refused '{}' as the sender", way.from.mailbox);
  if (verb == "RCPT") {
    what = way.to.size() == 1 ? fmt::format("refused the recipient '{}'", way.to.front().mailbox)
                              : "refused all recipients";
  }
  if (verb == "DATA" || verb == ".") what = "refused the message";
  std::string why = fmt::format("{}: the server {} {}", way.endpoint.name(), what, Quoted(reply, way.endpoint));
  if (reply.code == 530 && way.endpoint.user.empty()) why += ": it may want a login, see 'user' and 'password'";
  // Recipients may have got different replies; as long as one of them may be taken later, it is tried again.
  const bool one_may_pass =
      verb == "RCPT" && std::any_of(transcript.recipients().begin(), transcript.recipients().end(),
                                    [](const SmtpReply& r) { return r.code < 500; });
  return reply.code < 500 || one_may_pass ? Delivery::TryAgain(std::move(why)) : Delivery::Failed(std::move(why));
}

}  // namespace

Duration ConnectLimit(const SmtpEndpoint& endpoint) { return std::min(kConnectLimit, endpoint.timeout); }

std::string Quoted(const SmtpReply& reply, const SmtpEndpoint& endpoint) {
  const bool echoes = !endpoint.password.empty() && reply.text.find(endpoint.password) != std::string::npos;
  return reply.text.empty() || echoes ? fmt::format("({})", reply.code)
                                      : fmt::format("({} {})", reply.code, reply.text);
}

Delivery JudgeSmtp(const SmtpTry& done, const SmtpTranscript& transcript, const EmailWay& way) {
  const SmtpEndpoint& endpoint = way.endpoint;
  // Accepted is accepted, whatever happened to the connection after that.
  if (done.code == CURLE_OK || (transcript.verb() == "." && transcript.last().code == 250))
    return Delivery::Delivered();
  const bool refused_utf8 =
      done.needs_utf8 && !transcript.supports_utf8() && transcript.Reached("MAIL") && transcript.last().code >= 500;
  if (done.kept_back || refused_utf8) {
    return Delivery::Failed(
        fmt::format("{}: an address contains letters outside ASCII, and the server does not support that "
                    "(SMTPUTF8); a domain can be written in its xn-- form",
                    endpoint.name()));
  }
  switch (done.code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return JudgeCertificate(done, endpoint);
    case CURLE_SSL_CACERT_BADFILE:
      return Delivery::Failed(
          fmt::format("{}: cannot read certificates from the ca_file '{}'", endpoint.name(), endpoint.ca_file));
    case CURLE_LOGIN_DENIED:
      return JudgeLogin(transcript, endpoint);
    case CURLE_USE_SSL_FAILED:
      if (transcript.verb() == "STARTTLS" && transcript.last().code >= 400 && transcript.last().code < 500) {
        return Delivery::TryAgain(fmt::format("{}: the server refused to begin TLS now {}", endpoint.name(),
                                              Quoted(transcript.last(), endpoint)));
      }
      return Delivery::Failed(
          fmt::format("{}: the server offers no STARTTLS, and nothing is sent in the clear: use smtps:// if it "
                      "has a port for that, or 'tls: none' if the way there is safe",
                      endpoint.name()));
    case CURLE_OPERATION_TIMEDOUT:
      break;
    default:
      if (transcript.last().code >= 400) return JudgeReply(transcript, way);
      break;
  }
  return Delivery::TryAgain(WhyNoConnection(done, endpoint));
}

}  // namespace tocsin
