// SmtpClient: one connection to a mail server, by libcurl, and what the server said to each command.
#ifndef TOCSIN_NOTIFY_SMTP_CLIENT_H_
#define TOCSIN_NOTIFY_SMTP_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "notify/email_options.h"
#include "tocsin/notify/notifier.h"

namespace tocsin {

struct SmtpReply {
  int code = 0;      // 0: there was none
  std::string text;  // of its last line, for a person
};

struct SmtpOutcome {
  // What came of the message as a whole; delivered also when only some recipients took it.
  Delivery delivery;
  // Parallel to the recipients: a refusal has a code from 400. Empty when it did not come to that.
  std::vector<SmtpReply> recipients;
};

// One thread at a time. Sends what follows within half a minute over the same connection, to spare the handshakes.
class SmtpClient {
 public:
  SmtpClient();
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;

  // Sends one message to the way's recipients; returns within the endpoint's time limit, or little more. `needs_utf8`:
  // some mailbox in it is not ASCII.
  SmtpOutcome Send(const EmailWay& way, const std::string& message, bool needs_utf8);

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_SMTP_CLIENT_H_
