#include "notify/email_address.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "notify/alert_text.h"

namespace tocsin {
namespace {

// RFC 5321, 4.5.3.1.
constexpr size_t kMaxLocal = 64;
constexpr size_t kMaxMailbox = 254;
constexpr size_t kMaxLabel = 63;

bool IsLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool IsAtom(char c) {
  return IsLetterOrDigit(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The position behind a quoted string that starts at 0, or nothing when it does not end.
std::optional<size_t> EndOfQuoted(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::nullopt;
}

std::string Unquote(std::string_view quoted) {
  std::string text;
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\\' && i + 2 < quoted.size()) ++i;
    text += quoted[i];
  }
  return text;
}

std::string LocalMistake(std::string_view local) {
  if (local.empty()) return "nothing stands before the '@'";
  if (local.size() > kMaxLocal) return fmt::format("more than {} bytes stand before the '@'", kMaxLocal);
  if (local.front() == '"') return EndOfQuoted(local) == local.size() ? "" : "the quotes before the '@' do not match";
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) {
    return "a dot must stand between other characters";
  }
  for (const char c : local) {
    if (c != '.' && !IsAtom(c)) return fmt::format("'{}' cannot stand before the '@'", c);
  }
  return {};
}

std::string LabelMistake(std::string_view label) {
  if (label.empty()) return "a dot must stand between other characters";
  if (label.size() > kMaxLabel) return fmt::format("a part of the domain is longer than {} bytes", kMaxLabel);
  if (label.front() == '-' || label.back() == '-') return "a part of the domain begins or ends with '-'";
  for (const char c : label) {
    if (!IsLetterOrDigit(c) && c != '-' && static_cast<unsigned char>(c) < 0x80) {
      return fmt::format("'{}' cannot stand in a domain", c);
    }
  }
  return {};
}

std::string DomainMistake(std::string_view domain) {
  if (domain.empty()) return "nothing stands behind the '@'";
  if (domain.front() == '[') {
    const std::string_view inner = domain.substr(1, domain.size() - 2);
    const bool plain =
        std::all_of(inner.begin(), inner.end(), [](char c) { return IsLetterOrDigit(c) || c == '.' || c == ':'; });
    return domain.size() > 2 && domain.back() == ']' && plain ? "" : "the address in brackets is not one";
  }
  for (size_t begin = 0; begin <= domain.size();) {
    const size_t end = std::min(domain.find('.', begin), domain.size());
    std::string mistake = LabelMistake(domain.substr(begin, end - begin));
    if (!mistake.empty()) return mistake;
    begin = end + 1;
  }
  return {};
}

std::string MailboxMistake(std::string_view mailbox) {
  const size_t at = mailbox.rfind('@');
  if (at == std::string_view::npos) return "it has no '@'";
  if (mailbox.size() > kMaxMailbox) return fmt::format("it is longer than {} bytes", kMaxMailbox);
  std::string mistake = LocalMistake(mailbox.substr(0, at));
  return mistake.empty() ? DomainMistake(mailbox.substr(at + 1)) : mistake;
}

// Where one address of a list ends: at a comma outside quotes and angle brackets.
size_t EndOfAddress(std::string_view text) {
  bool in_brackets = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      i += EndOfQuoted(text.substr(i)).value_or(text.size() - i) - 1;
    } else if (text[i] == '<' || text[i] == '>') {
      in_brackets = text[i] == '<';
    } else if (text[i] == ',' && !in_brackets) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

bool EmailAddress::ascii() const {
  return std::all_of(mailbox.begin(), mailbox.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string EmailAddress::domain() const { return mailbox.substr(mailbox.rfind('@') + 1); }

absl::StatusOr<EmailAddress> ParseEmailAddress(std::string_view text) {
  const auto error = [text](std::string_view why) {
    return absl::InvalidArgumentError(fmt::format("'{}' is not an email address: {}", OneLine(text), why));
  };
  if (!IsUtf8(text)) return error("it is not UTF-8");
  for (const char c : text) {
    // The gate through which no line end gets into a header or a command.
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return error("it contains a control character");
  }
  EmailAddress address;
  std::string_view mailbox = Trim(text);
  if (mailbox.empty()) return error("it is empty");
  if (mailbox.back() == '>') {
    const size_t open = mailbox.rfind('<');
    if (open == std::string_view::npos) return error("a '<' is missing");
    const std::string_view name = Trim(mailbox.substr(0, open));
    mailbox = mailbox.substr(open + 1, mailbox.size() - open - 2);
    if (name.starts_with('"')) {
      if (EndOfQuoted(name) != name.size()) return error("the quotes of the name do not match");
      address.name = Unquote(name);
    } else if (name.find_first_of("<>@,;:\"()[]\\") != std::string_view::npos) {
      return error("a name with punctuation must stand in quotes");
    } else {
      address.name = name;
    }
  }
  const std::string mistake = MailboxMistake(mailbox);
  if (!mistake.empty()) return error(mistake);
  address.mailbox = mailbox;
  return address;
}

absl::StatusOr<std::vector<EmailAddress>> ParseEmailAddresses(std::string_view text) {
  std::vector<EmailAddress> addresses;
  for (bool more = true; more;) {
    const size_t end = EndOfAddress(text);
    absl::StatusOr<EmailAddress> address = ParseEmailAddress(text.substr(0, end));
    if (!address.ok()) return address.status();
    addresses.push_back(*std::move(address));
    more = end < text.size();
    if (more) text.remove_prefix(end + 1);
  }
  return addresses;
}

}  // namespace tocsin
