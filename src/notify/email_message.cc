#include "notify/email_message.h"

#include <chrono>

#include "base/digest.h"
#include "fmt/format.h"
#include "notify/alert_text.h"
#include "notify/email_encoding.h"

namespace tocsin {
namespace {

// An id that is the same on every machine. Two digests, because one of 64 bits would do only nearly for ever.
std::string IdOf(std::string_view identity, const std::string& domain) {
  return fmt::format("{:016x}{:016x}@{}", Digest().Add("1").Add(identity).value(),
                     Digest().Add("2").Add(identity).value(), domain);
}

// What stands behind the '@' of an id must be ASCII; whose domain it is does not matter, only that it is somebody's.
std::string IdDomain(const EmailAddress& from) {
  const std::string domain = from.domain();
  return from.ascii() && !domain.starts_with('[') ? domain : "tocsin.invalid";
}

}  // namespace

std::string FormatEmailDate(Time time) {
  static constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string FormatEmail(const EmailMessage& message) {
  std::string out = TextHeader("Date", FormatEmailDate(message.date));
  out += AddressHeader("From", {message.from});
  out += AddressHeader("To", message.to);
  out += TextHeader("Subject", message.subject);
  out += TextHeader("Message-ID", fmt::format("<{}>", message.message_id));
  if (!message.thread_id.empty()) out += TextHeader("References", fmt::format("<{}>", message.thread_id));
  // RFC 3834: keeps answering machines, and other programs that send such messages, from answering.
  out += "Auto-Submitted: auto-generated\r\n";
  out += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
  const std::string printable = QuotedPrintable(message.body);
  const std::string base64 = Base64Lines(message.body);
  // Quoted-printable can still be read where nothing decodes it; it may cost a little more for that.
  const bool readable = printable.size() <= base64.size() + base64.size() / 4;
  out += fmt::format("Content-Transfer-Encoding: {}\r\n\r\n", readable ? "quoted-printable" : "base64");
  return out + (readable ? printable : base64);
}

EmailMessage ComposeEmail(const Notification& notification, const EmailAddress& from,
                          const std::vector<EmailAddress>& to, Time date) {
  EmailMessage message;
  message.from = from;
  message.to = to;
  message.subject = Subject(notification);
  message.body = Body(notification);
  message.date = date;
  // The times are part of the id, because keys begin anew with every engine that begins anew.
  std::string identity = notification.key;
  for (const AlertChange& change : notification.alerts) {
    identity += fmt::format("\n{} {} {}", ToNanos(change.time), ToNanos(change.active_at), ChangeName(change.change));
  }
  message.message_id = IdOf(identity, IdDomain(from));
  if (notification.alerts.size() == 1) {
    const AlertChange& change = notification.alerts.front();
    message.thread_id = IdOf(fmt::format("{}\n{}", AlertName(change), ToNanos(change.active_at)), IdDomain(from));
  }
  return message;
}

}  // namespace tocsin
