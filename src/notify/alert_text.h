// What people read of an alert: its name, one line of a log, subject and body of a message.
#ifndef TOCSIN_NOTIFY_ALERT_TEXT_H_
#define TOCSIN_NOTIFY_ALERT_TEXT_H_

#include <string>
#include <string_view>

#include "tocsin/notify/notifier.h"
#include "tocsin/rule/alert.h"

namespace tocsin {

// The text on one line: line ends, tabs and all that a terminal or mail reader would obey become spaces, what is not
// UTF-8 becomes U+FFFD. Events bring their texts from outside; this is what keeps them from writing a line or a header
// of their own.
std::string OneLine(std::string_view text);

// An alert by its identity: RefundSpike{country="France",department="finance"}.
std::string AlertName(const AlertChange& change);

// "2010-12-02T10:41:00Z FIRING critical RefundSpike{country="France"} refunds_24h=612.5 Refunds of 612.50 GBP in a
// day".
std::string LogLine(const AlertChange& change);

// "[FIRING] CRITICAL: Refunds of 612.50 GBP in a day in France"; of several alerts: "[2 FIRING, 1 SEVERITY, 1 RESOLVED]
// RefundSpike, Idle".
std::string Subject(const Notification& notification);

// The text of a message, lines ended by "\n", with the idempotency key at its end.
std::string Body(const Notification& notification);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_ALERT_TEXT_H_
