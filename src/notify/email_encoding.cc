#include "notify/email_encoding.h"

#include <algorithm>

#include "base/utf8.h"
#include "fmt/format.h"
#include "notify/alert_text.h"

namespace tocsin {
namespace {

constexpr size_t kBodyLine = 76;     // RFC 2045, 6.7 and 6.8
constexpr size_t kHeaderLine = 76;   // RFC 2047, 2, for a line that holds an encoded-word; RFC 5322 would allow 78
constexpr size_t kEncodedWord = 75;  // RFC 2047, 2
constexpr std::string_view kFold = "\r\n ";

bool IsAsciiPrintable(char c) { return c >= 0x20 && c < 0x7F; }

bool IsPlain(std::string_view text) { return std::all_of(text.begin(), text.end(), IsAsciiPrintable); }

// True when text can stand in a header as it is and comes out of folding as it went in.
bool CanStandAsItIs(std::string_view text) {
  if (!IsPlain(text) || text.find("=?") != std::string_view::npos) return false;
  if (text.find("  ") != std::string_view::npos || text.starts_with(' ') || text.ends_with(' ')) return false;
  size_t word = 0;
  for (const char c : text) {
    word = c == ' ' ? 0 : word + 1;
    if (word > kHeaderLine - 2) return false;
  }
  return true;
}

std::string Hex(char byte) { return fmt::format("={:02X}", static_cast<unsigned char>(byte)); }

// RFC 2047, 5 (3): what may stand in an encoded-word of a phrase, which is the strictest place.
bool IsQSafe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '!' || c == '*' ||
         c == '+' || c == '-' || c == '/';
}

std::string QEncoded(std::string_view bytes) {
  std::string encoded;
  for (const char c : bytes) {
    if (c == ' ') {
      encoded += '_';
    } else if (IsQSafe(c)) {
      encoded += c;
    } else {
      encoded += Hex(c);
    }
  }
  return encoded;
}

size_t Base64Size(size_t bytes) { return (bytes + 2) / 3 * 4; }

// Lines of a header while they are filled.
class Folder {
 public:
  explicit Folder(std::string_view name) : out_(fmt::format("{}:", name)), column_(out_.size()) {}

  // A piece behind a space, on the next line where it does not fit here.
  void Add(std::string_view piece) {
    if (column_ + 1 + piece.size() > kHeaderLine && !fresh_) {
      out_ += kFold;
      column_ = 0;
    } else {
      out_ += ' ';
    }
    out_ += piece;
    column_ += 1 + piece.size();
    fresh_ = false;
  }
  // Directly behind the last piece.
  void Glue(std::string_view text) {
    out_ += text;
    column_ += text.size();
  }
  // How long a piece may be to stand on this line.
  size_t Room() const { return kHeaderLine - std::min(kHeaderLine, column_ + 1); }
  std::string Done() { return out_ + "\r\n"; }

 private:
  std::string out_;
  size_t column_;
  bool fresh_ = true;  // nothing behind the name yet: a first line without a value would be bad style
};

// The text as encoded-words, in whichever of the two encodings is the shorter for all of it.
void AddEncodedWords(std::string_view text, Folder* folder) {
  const bool base64 = Base64Size(text.size()) < QEncoded(text).size();
  const std::string_view begin = base64 ? "=?utf-8?B?" : "=?utf-8?Q?";
  const size_t overhead = begin.size() + 2;
  const auto size_of = [&](std::string_view bytes) {
    return overhead + (base64 ? Base64Size(bytes.size()) : QEncoded(bytes).size());
  };
  while (!text.empty()) {
    const size_t first = FirstCodePoint(text).size;
    size_t limit = std::min(folder->Room(), kEncodedWord);
    if (size_of(text.substr(0, first)) > limit) limit = kEncodedWord;
    size_t taken = first;
    while (taken < text.size()) {
      const size_t next = taken + FirstCodePoint(text.substr(taken)).size;
      if (size_of(text.substr(0, next)) > limit) break;
      taken = next;
    }
    const std::string_view piece = text.substr(0, taken);
    folder->Add(fmt::format("{}{}?=", begin, base64 ? Base64(piece) : QEncoded(piece)));
    text.remove_prefix(taken);
  }
}

void AddWords(std::string_view text, Folder* folder) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    folder->Add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void AddName(std::string_view name, Folder* folder) {
  if (!CanStandAsItIs(name)) {
    AddEncodedWords(name, folder);
    return;
  }
  const bool atoms = std::all_of(name.begin(), name.end(), [](char c) { return IsQSafe(c) || c == ' ' || c == '_'; });
  if (atoms) {
    AddWords(name, folder);
    return;
  }
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  quoted += '"';
  // A fold inside quotes would be right too, but an encoded-word is read right by more.
  if (quoted.size() > kHeaderLine - 2) {
    AddEncodedWords(name, folder);
  } else {
    folder->Add(quoted);
  }
}

bool IsSpaceAtLineEnd(std::string_view text, size_t i) {
  return (text[i] == ' ' || text[i] == '\t') && (i + 1 == text.size() || text[i + 1] == '\n');
}

// A dot that begins a line is an end mark to careless servers, "From " a new message to careless mailboxes.
bool IsRiskyAtLineStart(std::string_view line) { return line.starts_with('.') || line.starts_with("From "); }

}  // namespace

std::string Base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  encoded.reserve(Base64Size(bytes.size()));
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    for (size_t j = 0; j < 4; ++j) encoded += j <= count ? kDigits[group >> (18 - 6 * j) & 63] : '=';
  }
  return encoded;
}

std::string QuotedPrintable(std::string_view text) {
  std::string out;
  size_t column = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool as_is = ((IsAsciiPrintable(c) && c != '=') || c == '\t') && !IsSpaceAtLineEnd(text, i) &&
                       !(column == 0 && IsRiskyAtLineStart(text.substr(i)));
    std::string piece = as_is ? std::string(1, c) : Hex(c);
    const bool last_of_line = i + 1 == text.size() || text[i + 1] == '\n';
    // A line that goes on needs room for the "=" that says so.
    if (column + piece.size() > (last_of_line ? kBodyLine : kBodyLine - 1)) {
      out += "=\r\n";
      column = 0;
      if (as_is && IsRiskyAtLineStart(text.substr(i))) piece = Hex(c);
    }
    out += piece;
    column += piece.size();
  }
  return out;
}

std::string Base64Lines(std::string_view text) {
  std::string canonical;
  for (const char c : text) {
    if (c == '\n') canonical += '\r';
    canonical += c;
  }
  const std::string encoded = Base64(canonical);
  std::string out;
  for (size_t i = 0; i < encoded.size(); i += kBodyLine) out += encoded.substr(i, kBodyLine) + "\r\n";
  return out;
}

std::string TextHeader(std::string_view name, std::string_view text) {
  const std::string line = OneLine(text);
  Folder folder(name);
  if (CanStandAsItIs(line)) {
    AddWords(line, &folder);
  } else {
    AddEncodedWords(line, &folder);
  }
  return folder.Done();
}

std::string AddressHeader(std::string_view name, const std::vector<EmailAddress>& addresses) {
  Folder folder(name);
  for (size_t i = 0; i < addresses.size(); ++i) {
    const std::string display = OneLine(addresses[i].name);
    if (display.empty()) {
      folder.Add(addresses[i].mailbox);
    } else {
      AddName(display, &folder);
      folder.Add(fmt::format("<{}>", addresses[i].mailbox));
    }
    if (i + 1 < addresses.size()) folder.Glue(",");
  }
  return folder.Done();
}

}  // namespace tocsin
