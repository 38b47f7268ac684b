// What the handles of tocsin.h are. The structs stay outside the namespace: their names are the ABI's.
#ifndef TOCSIN_CAPI_OBJECTS_H_
#define TOCSIN_CAPI_OBJECTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "binding/engine_handle.h"
#include "tocsin.h"
#include "tocsin/base/diagnostic.h"
#include "tocsin/expr/host_functions.h"
#include "tocsin/rule/alert.h"

struct tocsin_error {
  int32_t code = TOCSIN_INTERNAL;
  std::string message;
  std::vector<tocsin::Diagnostic> mistakes;
};

struct tocsin_host {
  tocsin::HostFunctions functions;
};

struct tocsin_engine {
  std::unique_ptr<tocsin::binding::EngineHandle> handle;
};

// The JSON is made when the object is, so that the object never changes and may be read by any thread.
struct tocsin_alert {
  explicit tocsin_alert(tocsin::AlertChange from) : change(std::move(from)), json(tocsin::ToJson(change)) {}
  tocsin::AlertChange change;
  std::string json;
};

struct tocsin_dead_letter {
  explicit tocsin_dead_letter(tocsin::binding::KeptDeadLetter from)
      : letter(std::move(from)), json(tocsin::ToJson(letter.view())) {}
  tocsin::binding::KeptDeadLetter letter;
  std::string json;
};

struct tocsin_table {
  explicit tocsin_table(const tocsin::binding::MetricTable& from);
  struct Row {
    std::vector<std::string> keys;
    tocsin::Value value;  // of a text, only its kind: what it borrows is not here
    std::string text;
  };
  std::vector<std::string> names;
  std::vector<Row> rows;
};

struct tocsin_statistics {
  explicit tocsin_statistics(tocsin::Statistics from);
  tocsin::Statistics statistics;
  std::string json;
};

struct tocsin_buffer {
  std::string bytes;
};

namespace tocsin::capi {

// Keys of the caller's, borrowed.
absl::Status ReadKeys(const tocsin_key* keys, size_t count, std::vector<tocsin::Key>* out);

// Text that an object hands out: the object keeps it, the caller borrows it.
inline const char* Lend(const std::string& text, size_t* length) noexcept {
  if (length != nullptr) *length = text.size();
  return text.c_str();
}

// What an accessor answers when there is nothing.
inline const char* LendNothing(size_t* length) noexcept {
  if (length != nullptr) *length = 0;
  return nullptr;
}

}  // namespace tocsin::capi

#endif  // TOCSIN_CAPI_OBJECTS_H_
