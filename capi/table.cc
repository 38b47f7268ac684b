// Tables: values of a metric by group.
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard.h"
#include "objects.h"
#include "tocsin/base/time.h"
#include "tocsin/event/value.h"

using tocsin::Kind;
using tocsin::Value;
using tocsin::binding::MetricTable;
using tocsin::capi::CheckGiven;
using tocsin::capi::Guard;
using tocsin::capi::Lend;
using tocsin::capi::LendNothing;
using tocsin::capi::ReadKeys;
using tocsin::capi::ReadText;

namespace tocsin::capi {

absl::Status ReadKeys(const tocsin_key* keys, size_t count, std::vector<tocsin::Key>* out) {
  if (count != 0) TOCSIN_RETURN_IF_ERROR(CheckGiven(keys, "keys"));
  for (size_t i = 0; i < count; ++i) {
    tocsin::Key key;
    TOCSIN_RETURN_IF_ERROR(ReadText(keys[i].name, keys[i].name_length, "keys[].name", &key.name));
    TOCSIN_RETURN_IF_ERROR(ReadText(keys[i].value, keys[i].value_length, "keys[].value", &key.value));
    out->push_back(key);
  }
  return absl::OkStatus();
}

}  // namespace tocsin::capi

namespace {

// `ask` answers with a table for the engine and the metric's name.
template <typename Ask>
int32_t GiveTable(tocsin_engine* engine, const char* metric, size_t metric_length, tocsin_table** table,
                  tocsin_error** error, Ask&& ask) {
  if (table != nullptr) *table = nullptr;
  return Guard(error, [&]() -> absl::Status {
    TOCSIN_RETURN_IF_ERROR(CheckGiven(engine, "engine"));
    TOCSIN_RETURN_IF_ERROR(CheckGiven(table, "table"));
    std::string_view name;
    TOCSIN_RETURN_IF_ERROR(ReadText(metric, metric_length, "metric", &name));
    absl::StatusOr<MetricTable> answer = ask(name);
    if (!answer.ok()) return answer.status();
    *table = new tocsin_table(*answer);
    return absl::OkStatus();
  });
}

const tocsin_table::Row* RowAt(const tocsin_table* table, size_t row) {
  return table == nullptr || row >= table->rows.size() ? nullptr : &table->rows[row];
}

int64_t WholePart(double number) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  return number >= -kLimit && number < kLimit ? static_cast<int64_t>(number) : 0;
}

}  // namespace

tocsin_table::tocsin_table(const MetricTable& from) : names(from.keys) {
  rows.reserve(from.rows.size());
  for (const tocsin::Engine::Ranked& given : from.rows) {
    Row& row = rows.emplace_back();
    for (const tocsin::OwnedValue& key : given.keys) row.keys.push_back(ToText(key.view()));
    row.text = ToText(given.value.view());
    row.value = given.value.view().kind() == Kind::kString ? Value::String("") : given.value.view();
  }
}

int32_t tocsin_engine_lookup(tocsin_engine* engine, const char* metric, size_t metric_length, const tocsin_key* keys,
                             size_t key_count, tocsin_table** table, tocsin_error** error) {
  return GiveTable(engine, metric, metric_length, table, error,
                   [&](std::string_view name) -> absl::StatusOr<MetricTable> {
                     std::vector<tocsin::Key> group;
                     TOCSIN_RETURN_IF_ERROR(ReadKeys(keys, key_count, &group));
                     return engine->handle->Lookup(name, group);
                   });
}

int32_t tocsin_engine_scan(tocsin_engine* engine, const char* metric, size_t metric_length, tocsin_table** table,
                           tocsin_error** error) {
  return GiveTable(engine, metric, metric_length, table, error,
                   [&](std::string_view name) { return engine->handle->Scan(name); });
}

int32_t tocsin_engine_top(tocsin_engine* engine, const char* metric, size_t metric_length, size_t count,
                          tocsin_table** table, tocsin_error** error) {
  return GiveTable(engine, metric, metric_length, table, error,
                   [&](std::string_view name) { return engine->handle->Top(name, count); });
}

size_t tocsin_table_rows(const tocsin_table* table) { return table == nullptr ? 0 : table->rows.size(); }
size_t tocsin_table_columns(const tocsin_table* table) { return table == nullptr ? 0 : table->names.size(); }

const char* tocsin_table_name(const tocsin_table* table, size_t column, size_t* length) {
  if (column >= tocsin_table_columns(table)) return LendNothing(length);
  return Lend(table->names[column], length);
}

const char* tocsin_table_key(const tocsin_table* table, size_t row, size_t column, size_t* length) {
  const tocsin_table::Row* found = RowAt(table, row);
  if (found == nullptr || column >= found->keys.size()) return LendNothing(length);
  return Lend(found->keys[column], length);
}

int32_t tocsin_table_kind(const tocsin_table* table, size_t row) {
  const tocsin_table::Row* found = RowAt(table, row);
  if (found == nullptr) return TOCSIN_KIND_NONE;
  switch (found->value.kind()) {
    case Kind::kNone:
      return TOCSIN_KIND_NONE;
    case Kind::kBool:
      return TOCSIN_KIND_BOOL;
    case Kind::kInt:
    case Kind::kDouble:
    case Kind::kDecimal:
      return TOCSIN_KIND_NUMBER;
    case Kind::kString:
      return TOCSIN_KIND_TEXT;
    case Kind::kTimestamp:
      return TOCSIN_KIND_TIME;
    case Kind::kDuration:
      return TOCSIN_KIND_DURATION;
  }
  return TOCSIN_KIND_NONE;
}

double tocsin_table_number(const tocsin_table* table, size_t row) {
  return tocsin_table_kind(table, row) == TOCSIN_KIND_NUMBER ? table->rows[row].value.AsNumber() : 0;
}

int64_t tocsin_table_integer(const tocsin_table* table, size_t row) {
  const tocsin_table::Row* found = RowAt(table, row);
  if (found == nullptr) return 0;
  const Value& value = found->value;
  switch (value.kind()) {
    case Kind::kBool:
      return value.AsBool() ? 1 : 0;
    case Kind::kInt:
      return value.AsInt();
    case Kind::kDecimal:
      return value.AsDecimalUnits() / tocsin::PowerOfTen(value.digits());
    case Kind::kDouble:
      return WholePart(value.AsDouble());
    case Kind::kTimestamp:
      return tocsin::ToNanos(value.AsTime());
    case Kind::kDuration:
      return tocsin::ToNanos(value.AsDuration());
    default:
      return 0;
  }
}

const char* tocsin_table_text(const tocsin_table* table, size_t row, size_t* length) {
  const tocsin_table::Row* found = RowAt(table, row);
  return found == nullptr ? LendNothing(length) : Lend(found->text, length);
}

void tocsin_table_free(tocsin_table* table) { delete table; }
