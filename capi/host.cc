// What the host brings: its functions, as conditions call them.
#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "guard.h"
#include "objects.h"
#include "tocsin/expr/host_functions.h"

using tocsin::HostFunctions;
using tocsin::Kind;
using tocsin::Value;
using tocsin::capi::CheckGiven;
using tocsin::capi::Guard;
using tocsin::capi::ReadText;

namespace {

absl::Status ReadType(int32_t type, tocsin::Type* out) {
  constexpr Kind kKinds[] = {Kind::kBool, Kind::kInt, Kind::kDouble, Kind::kString, Kind::kTimestamp, Kind::kDuration};
  if (type < TOCSIN_TYPE_BOOL || type > TOCSIN_TYPE_DURATION) {
    return absl::InvalidArgumentError(
        fmt::format("there is no type {}: they are {} to {}", type, TOCSIN_TYPE_BOOL, TOCSIN_TYPE_DURATION));
  }
  *out = kKinds[type - TOCSIN_TYPE_BOOL];
  return absl::OkStatus();
}

tocsin_value Lend(const Value& value) {
  tocsin_value lent{};
  lent.has_value = 1;
  switch (value.kind()) {
    case Kind::kDouble:
      lent.number = value.AsDouble();
      break;
    case Kind::kString:
      lent.text = value.AsString().data();
      lent.text_length = value.AsString().size();
      break;
    case Kind::kBool:
      lent.integer = value.AsBool() ? 1 : 0;
      break;
    case Kind::kTimestamp:
      lent.integer = tocsin::ToNanos(value.AsTime());
      break;
    case Kind::kDuration:
      lent.integer = tocsin::ToNanos(value.AsDuration());
      break;
    default:
      lent.integer = value.AsInt();
      break;
  }
  return lent;
}

Value Take(const tocsin_value& given, Kind kind) {
  if (given.has_value == 0) return Value();
  switch (kind) {
    case Kind::kBool:
      return Value::Bool(given.integer != 0);
    case Kind::kInt:
      return Value::Int(given.integer);
    case Kind::kDouble:
      return Value::Double(given.number);
    case Kind::kString:
      if (given.text == nullptr && given.text_length != 0) throw std::invalid_argument("no text");
      return Value::String({given.text == nullptr ? "" : given.text, given.text_length});
    case Kind::kTimestamp:
      return Value::Timestamp(tocsin::FromNanos(given.integer));
    default:
      return Value::Span(tocsin::Duration(given.integer));
  }
}

// The caller's data, let go of once, when nobody can call any more.
using Owned = std::shared_ptr<void>;
Owned Own(void* data, void (*destroy)(void*)) {
  return Owned(data, [destroy](void* it) {
    if (destroy != nullptr) destroy(it);
  });
}

}  // namespace

int32_t tocsin_host_new(tocsin_host** host, tocsin_error** error) {
  if (host != nullptr) *host = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(host, "host"));
    *host = new tocsin_host();
    return absl::OkStatus();
  });
}

void tocsin_host_free(tocsin_host* host) { delete host; }

int32_t tocsin_host_add_function(tocsin_host* host, const char* name, size_t name_length, const char* version,
                                 size_t version_length, const int32_t* parameters, size_t parameter_count,
                                 int32_t result, tocsin_function call, void* data, void (*destroy)(void* data),
                                 tocsin_error** error) {
  return Guard(error, [&]() -> absl::Status {
    const Owned owned = Own(data, destroy);
    TOCSIN_RETURN_IF_ERROR(CheckGiven(host, "host"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(reinterpret_cast<const void*>(call), "call"));
    std::string_view its_name, its_version;
    TOCSIN_RETURN_IF_ERROR(ReadText(name, name_length, "name", &its_name));
    TOCSIN_RETURN_IF_ERROR(ReadText(version, version_length, "version", &its_version));
    if (parameter_count != 0) TOCSIN_RETURN_IF_ERROR(CheckGiven(parameters, "parameters"));
    if (parameter_count > HostFunctions::kMostParameters) {
      return absl::InvalidArgumentError(fmt::format("a function takes at most {} parameters, not {}",
                                                    HostFunctions::kMostParameters, parameter_count));
    }
    std::vector<tocsin::Type> types(parameter_count);
    for (size_t i = 0; i < parameter_count; ++i) TOCSIN_RETURN_IF_ERROR(ReadType(parameters[i], &types[i]));
    tocsin::Type its_result;
    TOCSIN_RETURN_IF_ERROR(ReadType(result, &its_result));
    auto body = [call, owned, kind = its_result.kind](std::span<const Value> arguments) {
      tocsin_value lent[HostFunctions::kMostParameters];
      for (size_t i = 0; i < arguments.size(); ++i) lent[i] = Lend(arguments[i]);
      tocsin_value answer{};
      if (call(owned.get(), lent, arguments.size(), &answer) != TOCSIN_OK) throw std::runtime_error("it has failed");
      return Take(answer, kind);
    };
    return host->functions.Register(its_name, its_version, std::move(types), its_result, std::move(body));
  });
}
