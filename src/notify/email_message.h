// A message as it goes over the wire: headers by RFC 5322, a text body by RFC 2045.
#ifndef TOCSIN_NOTIFY_EMAIL_MESSAGE_H_
#define TOCSIN_NOTIFY_EMAIL_MESSAGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "notify/email_address.h"
#include "tocsin/base/time.h"
#include "tocsin/notify/notifier.h"

namespace tocsin {

struct EmailMessage {
  EmailAddress from;
  std::vector<EmailAddress> to;
  std::string subject;
  std::string body;        // lines ended by "\n"
  std::string message_id;  // without angle brackets
  std::string thread_id;   // what this message and those before and after it refer to; empty: nothing
  Time date{};
};

// Lines end with CRLF. Pure ASCII, except for mailboxes that are not (EmailAddress::ascii).
std::string FormatEmail(const EmailMessage& message);

// The message that tells a notification, written at `date`. Its id depends on the notification's key and what it tells
// only, so that a second try of it is recognised; the messages about one alert share a thread.
EmailMessage ComposeEmail(const Notification& notification, const EmailAddress& from,
                          const std::vector<EmailAddress>& to, Time date);

// "Thu, 02 Dec 2010 10:41:00 +0000".
std::string FormatEmailDate(Time time);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_EMAIL_MESSAGE_H_
