// The encodings of internet mail: quoted-printable and base64 for bodies (RFC 2045), encoded-words for headers (RFC
// 2047).
#ifndef TOCSIN_NOTIFY_EMAIL_ENCODING_H_
#define TOCSIN_NOTIFY_EMAIL_ENCODING_H_

#include <string>
#include <string_view>
#include <vector>

#include "notify/email_address.h"

namespace tocsin {

// Without line breaks.
std::string Base64(std::string_view bytes);

// A text with lines ended by "\n", as lines of at most 76 characters ended by CRLF. All of it is 7-bit.
std::string QuotedPrintable(std::string_view text);
// The same text with CRLF line ends as base64, in lines of 76.
std::string Base64Lines(std::string_view text);

// Header fields with their CRLF, folded so that no line is longer than 78 characters where that can be done, and none
// longer than 998. Text that is not plain ASCII becomes encoded-words, none longer than 75 characters, none split
// inside a code point. Control characters, line ends above all, never get through.
std::string TextHeader(std::string_view name, std::string_view text);
std::string AddressHeader(std::string_view name, const std::vector<EmailAddress>& addresses);

}  // namespace tocsin

#endif  // TOCSIN_NOTIFY_EMAIL_ENCODING_H_
