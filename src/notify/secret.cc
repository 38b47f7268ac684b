#include "notify/secret.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "base/utf8.h"
#include "fmt/format.h"

namespace tocsin {
namespace {

constexpr std::string_view kEnv = "env:";
constexpr std::string_view kFile = "file:";
constexpr size_t kMaxFile = 65536;

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  const auto error = [&path](const std::string& why) {
    return absl::UnavailableError(fmt::format("cannot read the file '{}': {}", path, why));
  };
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return error(std::generic_category().message(errno));
  std::string text;
  char block[4096];
  ssize_t count = 0;
  do {
    count = read(file, block, sizeof(block));
    if (count > 0) text.append(block, static_cast<size_t>(count));
  } while ((count > 0 && text.size() <= kMaxFile) || (count < 0 && errno == EINTR));
  const int failure = count < 0 ? errno : 0;
  close(file);
  if (failure != 0) return error(std::generic_category().message(failure));
  if (text.size() > kMaxFile) return error("it is too long for a secret");
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return error("it is empty");
  return text;
}

// A piece of an option's text, by bytes.
struct Span {
  size_t offset = 0;
  size_t length = 0;
};

bool NamesASecret(const std::string& option) {
  static const std::vector<std::string> kNames = {"password", "passwd", "token", "secret", "key", "api_key"};
  return std::find(kNames.begin(), kNames.end(), option) != kNames.end() || !ClosestName(option, kNames).empty();
}

// Where a password may stand: from the first ':' of what comes before the last '@'. A broken URL is covered rather too
// far.
std::optional<Span> PasswordInUrl(std::string_view text) {
  const size_t slashes = text.find("//");
  const size_t begin = slashes == std::string_view::npos ? 0 : slashes + 2;
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at < begin) return std::nullopt;
  const size_t colon = text.find(':', begin);
  if (colon == std::string_view::npos || colon > at) return std::nullopt;
  return Span{colon + 1, at - colon - 1};
}

std::optional<Span> SecretIn(const std::string& option, std::string_view text) {
  if (IsReference(text)) return std::nullopt;
  if (NamesASecret(option)) return Span{0, text.size()};
  if (option == "server" || option == "url" || text.find("://") != std::string_view::npos) return PasswordInUrl(text);
  return std::nullopt;
}

// Replaces the code points [first, first + count) of a line, so that columns and carets stay where they are.
std::string Cover(std::string_view line, size_t first, size_t count) {
  std::string covered;
  for (size_t i = 0; !line.empty(); ++i) {
    const CodePoint point = FirstCodePoint(line);
    if (i >= first && i - first < count) {
      covered += '*';
    } else {
      covered += line.substr(0, point.size);
    }
    line.remove_prefix(point.size);
  }
  return covered;
}

}  // namespace

bool IsReference(std::string_view text) { return text.starts_with(kEnv) || text.starts_with(kFile); }

std::string ReferenceMistake(std::string_view text) {
  if (text == kEnv) return "'env:' names no environment variable";
  if (text == kFile) return "'file:' names no file";
  if (IsReference(text) && text.find('\0') != std::string_view::npos) return "a reference cannot contain a zero byte";
  return {};
}

absl::StatusOr<std::string> ResolveReference(std::string_view text) {
  std::string mistake = ReferenceMistake(text);
  if (!mistake.empty()) return absl::InvalidArgumentError(mistake);
  if (text.starts_with(kFile)) return ReadSecretFile(std::string(text.substr(kFile.size())));
  if (!text.starts_with(kEnv)) return std::string(text);
  const std::string name(text.substr(kEnv.size()));
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return absl::InvalidArgumentError(fmt::format("the environment variable {} is not set", name));
  if (*value == '\0') return absl::InvalidArgumentError(fmt::format("the environment variable {} is empty", name));
  return std::string(value);
}

void HideSecrets(const NotifierSpec& spec, std::vector<Diagnostic>* diagnostics) {
  // All places first: covering one changes the line by which the next is recognised.
  std::vector<std::pair<Diagnostic*, Diagnostic>> places;
  for (const auto& [name, value] : spec.options) {
    const std::optional<Span> span = SecretIn(name, value.text());
    if (!span || span->length == 0) continue;
    const Diagnostic place = value.Error(span->offset, span->length, "");
    for (Diagnostic& diagnostic : *diagnostics) {
      if (diagnostic.line == place.line && diagnostic.source_line == place.source_line) {
        places.emplace_back(&diagnostic, place);
      }
    }
  }
  for (auto& [diagnostic, place] : places) {
    diagnostic->source_line =
        Cover(diagnostic->source_line, static_cast<size_t>(place.column - 1), static_cast<size_t>(place.length));
  }
}

}  // namespace tocsin
