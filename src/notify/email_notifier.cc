// email: one message for each notification, by SMTP.
#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "absl/status/status.h"
#include "fmt/format.h"
#include "notify/email_message.h"
#include "notify/email_options.h"
#include "notify/kinds.h"
#include "notify/smtp_client.h"
#include "notify/smtp_verdict.h"

namespace tocsin {
namespace {

constexpr size_t kMaxRemembered = 256;

class EmailNotifier : public Notifier {
 public:
  explicit EmailNotifier(EmailOptions options) : options_(std::move(options)) {}

  Delivery Deliver(const Notification& notification) override {
    absl::StatusOr<EmailWay> way = ResolveEmail(options_);
    if (!way.ok()) {
      std::string why(way.status().message());
      return absl::IsUnavailable(way.status()) ? Delivery::TryAgain(std::move(why)) : Delivery::Failed(std::move(why));
    }
    const Time now = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    const EmailMessage message = ComposeEmail(notification, way->from, way->to, now);
    const std::vector<EmailAddress> all = way->to;
    way->to = NotYetTold(notification.key, all);
    if (way->to.empty()) return Delivery::Delivered();
    const bool needs_utf8 =
        !way->from.ascii() || std::any_of(all.begin(), all.end(), [](const EmailAddress& to) { return !to.ascii(); });
    SmtpOutcome outcome = client_.Send(*way, FormatEmail(message), needs_utf8);
    if (!outcome.delivery.ok()) return std::move(outcome.delivery);
    return JudgeRecipients(notification.key, *way, outcome.recipients);
  }

 private:
  // Who took a message that others have yet to take.
  struct Told {
    std::string key;
    std::vector<std::string> mailboxes;
  };

  std::vector<EmailAddress> NotYetTold(const std::string& key, std::vector<EmailAddress> to) const {
    const auto told = std::find_if(told_.begin(), told_.end(), [&](const Told& t) { return t.key == key; });
    if (told == told_.end()) return to;
    to.erase(std::remove_if(to.begin(), to.end(),
                            [&](const EmailAddress& address) {
                              const auto& mailboxes = told->mailboxes;
                              return std::find(mailboxes.begin(), mailboxes.end(), address.mailbox) != mailboxes.end();
                            }),
             to.end());
    return to;
  }

  // The message was taken, for some of its recipients at least. The others are tried again without these, or named.
  Delivery JudgeRecipients(const std::string& key, const EmailWay& way, const std::vector<SmtpReply>& replies) {
    std::string refused;
    bool may_pass = false;
    Told told{key, {}};
    for (size_t i = 0; i < way.to.size(); ++i) {
      const int code = i < replies.size() ? replies[i].code : 250;
      if (code < 400) {
        told.mailboxes.push_back(way.to[i].mailbox);
        continue;
      }
      may_pass = may_pass || code < 500;
      refused +=
          fmt::format("{}'{}' {}", refused.empty() ? "" : ", ", way.to[i].mailbox, Quoted(replies[i], way.endpoint));
    }
    const auto before = std::find_if(told_.begin(), told_.end(), [&](const Told& t) { return t.key == key; });
    if (before != told_.end()) {
      told.mailboxes.insert(told.mailboxes.end(), before->mailboxes.begin(), before->mailboxes.end());
      told_.erase(before);
    }
    if (refused.empty()) return Delivery::Delivered();
    std::string why = fmt::format("{}: the server refused the recipient {}; {} got the message", way.endpoint.name(),
                                  refused, told.mailboxes.size());
    if (!may_pass) return Delivery::Failed(std::move(why));
    if (told_.size() == kMaxRemembered) told_.pop_front();
    told_.push_back(std::move(told));
    return Delivery::TryAgain(std::move(why));
  }

  EmailOptions options_;
  SmtpClient client_;
  std::deque<Told> told_;
};

}  // namespace

std::unique_ptr<Notifier> MakeEmailNotifier(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics) {
  std::optional<EmailOptions> options = ReadEmailOptions(spec, diagnostics);
  if (!options) return nullptr;
  return std::make_unique<EmailNotifier>(*std::move(options));
}

}  // namespace tocsin
