#include "tocsin/expr/host_functions.h"

#include <fmt/format.h>

#include <algorithm>

namespace tocsin {
namespace {

bool IsName(std::string_view name) {
  const auto part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') && std::all_of(name.begin(), name.end(), part);
}

bool CanBePassed(Type type) { return type.kind != Kind::kNone && type.kind != Kind::kDecimal; }

absl::Status Refuse(std::string_view name, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("host function '{}': {}", name, why));
}

}  // namespace

absl::Status HostFunctions::Register(std::string_view name, std::string_view version, std::vector<Type> parameters,
                                     Type result, HostFunction::Body body) {
  if (!IsName(name)) return Refuse(name, "a name is made of letters from a to z, digits and '_', a letter first");
  return Add({fmt::format("host.{}", name), std::string(version), std::move(parameters), result, std::move(body)});
}

absl::Status HostFunctions::Add(HostFunction function) {
  const std::string name = function.name;
  const size_t count = function.parameters.size();
  if (!function.body) return Refuse(name, "there is nothing to call");
  if (count == 0 || count > kMostParameters) {
    return Refuse(name, fmt::format("it takes 1 to {} arguments, not {}", kMostParameters, count));
  }
  if (!CanBePassed(function.result) ||
      !std::all_of(function.parameters.begin(), function.parameters.end(), CanBePassed)) {
    return Refuse(name, "the types are bool, int, double, string, timestamp and duration");
  }
  const bool added = functions_.emplace(name, std::move(function)).second;
  return added ? absl::OkStatus() : Refuse(name, "is registered already");
}

const HostFunction* HostFunctions::Find(std::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? nullptr : &found->second;
}

}  // namespace tocsin
