// From what happened in one SMTP session to what to tell the operator, and whether to try again.
#ifndef TOCSIN_NOTIFY_SMTP_VERDICT_H_
#define TOCSIN_NOTIFY_SMTP_VERDICT_H_

#include <curl/curl.h>

#include <string>

#include "notify/smtp_client.h"
#include "notify/smtp_transcript.h"
#include "tocsin/notify/notifier.h"

namespace tocsin {

struct SmtpTry {
  CURLcode code = CURLE_OK;
  std::string error;           // libcurl's words
  long system_error = 0;       // errno of a connection that failed, or 0
  double connect_seconds = 0;  // 0: there was no connection
  bool needs_utf8 = false;
  bool kept_back = false;  // the message needs SMTPUTF8, and was not sent because the server has none
};

// Never contains a password or any of the message.
Delivery JudgeSmtp(const SmtpTry& done, const SmtpTranscript& transcript, const EmailWay& way);

// A server's reply as it is shown, "(550 5.1.1 no such user)", without what it must not have said: an echo of the
// password.
std::string Quoted(const SmtpReply& reply, const SmtpEndpoint& endpoint);

// How long connecting may take: the smaller part of the time limit, so that a host that drops packets is told apart.
Duration ConnectLimit(const SmtpEndpoint& endpoint);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_SMTP_VERDICT_H_
