// SmtpTranscript: which command got which reply. What is sent is looked at only as far as its verb, so that no password
// and no text of a message is ever kept.
#ifndef TOCSIN_NOTIFY_SMTP_TRANSCRIPT_H_
#define TOCSIN_NOTIFY_SMTP_TRANSCRIPT_H_

#include <string>
#include <string_view>
#include <vector>

#include "notify/smtp_client.h"

namespace tocsin {

class SmtpTranscript {
 public:
  // Forgets the replies of the last message; what the server can do stays, for the connection may stay.
  void Begin();

  // One command, or the answer to a challenge; one or more lines of a reply.
  void OnSent(std::string_view command);
  void OnReceived(std::string_view lines);

  // The verb of the last command that was answered ("RCPT"), "" for the greeting, "." for the message itself.
  const std::string& verb() const { return replied_verb_; }
  const SmtpReply& last() const { return last_; }
  // By the order of the RCPT commands.
  const std::vector<SmtpReply>& recipients() const { return recipients_; }
  bool supports_utf8() const { return supports_utf8_; }
  bool Reached(std::string_view verb) const;

 private:
  void OnLine(std::string_view line);

  std::string verb_;
  std::string replied_verb_;
  SmtpReply last_;
  std::vector<SmtpReply> recipients_;
  std::vector<std::string> sent_;
  bool supports_utf8_ = false;
};

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_SMTP_TRANSCRIPT_H_
