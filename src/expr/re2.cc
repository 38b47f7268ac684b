#include "tocsin/expr/re2.h"

#include <re2/re2.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tocsin {
namespace {

constexpr int64_t kMostMemory = int64_t{1} << 20;

class Re2Regex : public Regex {
 public:
  Re2Regex(std::string_view pattern, const re2::RE2::Options& options)
      : pattern_(re2::StringPiece(pattern.data(), pattern.size()), options) {}

  bool ok() const { return pattern_.ok(); }
  const std::string& error() const { return pattern_.error(); }

  bool Matches(std::string_view text) const override {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern_);
  }

 private:
  re2::RE2 pattern_;
};

class Re2Engine : public RegexEngine {
 public:
  absl::StatusOr<std::unique_ptr<Regex>> Compile(std::string_view pattern) const override {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMostMemory);
    auto regex = std::make_unique<Re2Regex>(pattern, options);
    if (!regex->ok()) return absl::InvalidArgumentError(regex->error());
    return regex;
  }
};

}  // namespace

std::shared_ptr<const RegexEngine> Re2() { return std::make_shared<Re2Engine>(); }

}  // namespace tocsin
