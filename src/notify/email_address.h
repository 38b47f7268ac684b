// Email addresses: reading what a person wrote, RFC 5322's addr-spec with an optional display name, UTF-8 as in RFC
// 6532.
#ifndef TOCSIN_NOTIFY_EMAIL_ADDRESS_H_
#define TOCSIN_NOTIFY_EMAIL_ADDRESS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tocsin {

struct EmailAddress {
  std::string name;  // to display, in plain text; empty: none
  std::string
      mailbox;  // "anna@example.com"; never contains a space, an angle bracket or a control character outside quotes
  bool ascii() const;  // false: only servers with SMTPUTF8 can take it
  std::string domain() const;
};

// "anna@example.com", "Anna Meier <anna@example.com>", "\"Meier, Anna\" <anna@example.com>". Comments, groups and
// routes, which RFC 5322 knows as well, are refused. An error says what is wrong with which address.
absl::StatusOr<EmailAddress> ParseEmailAddress(std::string_view text);

// One or more of them, separated by commas.
absl::StatusOr<std::vector<EmailAddress>> ParseEmailAddresses(std::string_view text);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_EMAIL_ADDRESS_H_
