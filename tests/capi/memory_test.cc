// Memory runs out at every place where it can: in each call, the first allocation fails, then the second, and so on
// until the call needs no more. Every time the status must be TOCSIN_OUT_OF_MEMORY with an error object (or TOCSIN_OK,
// where the library can do without), nothing may be thrown into the caller, and nothing may stop the program.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "tocsin.h"

namespace {

// How many allocations still succeed; negative: all.
long allowance = -1;

void* Allocate(std::size_t size) noexcept {
  if (allowance == 0) return nullptr;
  if (allowance > 0) --allowance;
  return std::malloc(size == 0 ? 1 : size);
}

}  // namespace

// These stand in for the library's too: it is a shared object, and takes the program's.
void* operator new(std::size_t size) {
  if (void* memory = Allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

constexpr char kRules[] =
    "version: 1\n"
    "events:\n"
    "  refund: {country: string, amount: double}\n"
    "metrics:\n"
    "  refunds_24h: {event: refund, aggregate: sum(amount), window: 24h, by: [country]}\n"
    "rules:\n"
    "  RefundSpike: {when: refunds_24h > 500, summary: \"{refunds_24h:.2f} in {country}, which is a country\"}\n";
constexpr char kRecord[] =
    R"({"type": "refund", "time": "2010-12-01T09:41:00Z", "amount": 612.5, "country": "a country of a long name"})";

int failures = 0;

void Expect(bool holds, const char* what, long allowed) {
  if (holds) return;
  ++failures;
  std::printf("memory_test: %s, with %ld allocations allowed\n", what, allowed);
}

// Runs `call` with 0, 1, 2, … allocations until it needs no more, and returns how many failures it went through.
template <typename Call>
long Exhaust(const char* name, Call&& call) {
  constexpr long kMany = 100000;
  for (long allowed = 0; allowed < kMany; ++allowed) {
    tocsin_error* error = nullptr;
    allowance = allowed;
    const int32_t status = call(&error);
    const bool exhausted = allowance == 0;
    allowance = -1;
    if (status == TOCSIN_OK) {
      Expect(error == nullptr, "an error without a failure", allowed);
      if (!exhausted) return allowed;
      continue;
    }
    Expect(status == TOCSIN_OUT_OF_MEMORY, name, allowed);
    Expect(tocsin_error_code(error) == status, "an error of another code", allowed);
    Expect(tocsin_error_message(error, nullptr) != nullptr, "an error without a message", allowed);
    if (status != TOCSIN_OUT_OF_MEMORY) std::printf("  %s\n", tocsin_error_message(error, nullptr));
    tocsin_error_free(error);
    if (failures > 20) break;
  }
  Expect(failures > 0, "a call that never had enough", kMany);
  return kMany;
}

tocsin_engine* NewEngine() {
  tocsin_engine* engine = nullptr;
  tocsin_engine_new_from_string(kRules, std::strlen(kRules), "rules", 5, &engine, nullptr);
  return engine;
}

int32_t Ingest(tocsin_engine* engine, tocsin_error** error) {
  return tocsin_engine_ingest_json(engine, kRecord, std::strlen(kRecord), nullptr, error);
}

// Runs `call` with an engine that stays the same.
template <typename Call>
void FailEverywhere(const char* name, Call&& call) {
  tocsin_engine* engine = NewEngine();
  Ingest(engine, nullptr);
  const long places = Exhaust(name, [&](tocsin_error** error) { return call(engine, error); });
  tocsin_engine_free(engine);
  std::printf("%s: failed in %ld places\n", name, places);
  Expect(places > 0, name, places);
}

// Runs `call` with an engine of its own each time, made and freed with all the memory there is.
template <typename Call>
void FailOnFresh(const char* name, Call&& call) {
  const long places = Exhaust(name, [&](tocsin_error** error) {
    long allowed = allowance;
    allowance = -1;
    tocsin_engine* engine = NewEngine();
    Ingest(engine, nullptr);
    allowance = allowed;
    const int32_t status = call(engine, error);
    allowed = allowance;
    allowance = -1;
    tocsin_engine_free(engine);
    allowance = allowed;
    return status;
  });
  std::printf("%s: failed in %ld places\n", name, places);
  Expect(places > 0, name, places);
}

std::string SnapshotOfOne() {
  const long allowed = allowance;
  allowance = -1;
  tocsin_engine* engine = NewEngine();
  Ingest(engine, nullptr);
  tocsin_buffer* snapshot = nullptr;
  tocsin_engine_snapshot(engine, &snapshot, nullptr);
  size_t length = 0;
  const char* data = tocsin_buffer_data(snapshot, &length);
  std::string bytes(data, length);
  tocsin_buffer_free(snapshot);
  tocsin_engine_free(engine);
  allowance = allowed;
  return bytes;
}

}  // namespace

int main() {
  long failed = Exhaust("making an engine", [](tocsin_error** error) {
    tocsin_engine* engine = nullptr;
    const int32_t status = tocsin_engine_new_from_string(kRules, std::strlen(kRules), "rules", 5, &engine, error);
    if ((status == TOCSIN_OK) != (engine != nullptr)) ++failures;
    tocsin_engine_free(engine);
    return status;
  });
  std::printf("making an engine: failed in %ld places\n", failed);
  Expect(failed > 0, "making an engine never failed", failed);

  // simdjson chooses its code for this processor once in the life of a program, and cannot fail there: once is now.
  tocsin_engine* first = NewEngine();
  Expect(Ingest(first, nullptr) == TOCSIN_OK, "ingesting failed with all memory", -1);
  tocsin_engine_free(first);

  // An engine that ran out of memory while it changed says so ever after, instead of going on with half an event.
  long places = Exhaust("ingesting", [](tocsin_error** error) {
    const long allowed = allowance;
    allowance = -1;
    tocsin_engine* engine = NewEngine();
    allowance = allowed;
    const int32_t status = Ingest(engine, error);
    const long left = allowance;
    allowance = -1;
    if (status == TOCSIN_OUT_OF_MEMORY && Ingest(engine, nullptr) != TOCSIN_INTERNAL) ++failures;
    tocsin_engine_free(engine);
    allowance = left;
    return status;
  });
  std::printf("ingesting: failed in %ld places\n", places);
  Expect(places > 0, "ingesting never failed", places);

  places = Exhaust("asking for a value", [](tocsin_error** error) {
    static tocsin_engine* engine = nullptr;
    const long allowed = allowance;
    allowance = -1;
    if (engine == nullptr) Ingest(engine = NewEngine(), nullptr);
    allowance = allowed;
    const tocsin_key key = {"country", 7, "a country of a long name", 24};
    double value = 0;
    int32_t has_value = 0;
    const int32_t status = tocsin_engine_value(engine, "refunds_24h", 11, &key, 1, &value, &has_value, error);
    if (status == TOCSIN_OK && value != 612.5) ++failures;
    return status;
  });
  std::printf("asking for a value: failed in %ld places\n", places);

  FailEverywhere("listing every group", [](tocsin_engine* engine, tocsin_error** error) {
    tocsin_table* table = nullptr;
    const int32_t status = tocsin_engine_scan(engine, "refunds_24h", 11, &table, error);
    if ((status == TOCSIN_OK) != (tocsin_table_rows(table) == 1)) ++failures;
    tocsin_table_free(table);
    return status;
  });
  FailEverywhere("ranking groups", [](tocsin_engine* engine, tocsin_error** error) {
    tocsin_table* table = nullptr;
    const int32_t status = tocsin_engine_top(engine, "refunds_24h", 11, 5, &table, error);
    if ((status == TOCSIN_OK) != (tocsin_table_rows(table) == 1)) ++failures;
    tocsin_table_free(table);
    return status;
  });
  FailEverywhere("asking for statistics", [](tocsin_engine* engine, tocsin_error** error) {
    tocsin_statistics* statistics = nullptr;
    const int32_t status = tocsin_engine_statistics(engine, &statistics, error);
    if ((status == TOCSIN_OK) != (tocsin_statistics_events(statistics, TOCSIN_REASON_NONE) == 1)) ++failures;
    tocsin_statistics_free(statistics);
    return status;
  });
  FailEverywhere("exporting", [](tocsin_engine* engine, tocsin_error** error) {
    tocsin_buffer* json = nullptr;
    const int32_t status = tocsin_engine_export(engine, "country", 7, "a country of a long name", 24, &json, error);
    if ((status == TOCSIN_OK) != (tocsin_buffer_data(json, nullptr) != nullptr)) ++failures;
    tocsin_buffer_free(json);
    return status;
  });
  FailEverywhere("taking a snapshot", [](tocsin_engine* engine, tocsin_error** error) {
    tocsin_buffer* snapshot = nullptr;
    const int32_t status = tocsin_engine_snapshot(engine, &snapshot, error);
    if ((status == TOCSIN_OK) != (tocsin_buffer_data(snapshot, nullptr) != nullptr)) ++failures;
    tocsin_buffer_free(snapshot);
    return status;
  });

  // As for ingesting: what changes an engine and cannot be finished leaves one that says so.
  FailOnFresh("restoring", [](tocsin_engine* fresh, tocsin_error** error) {
    static const std::string snapshot = SnapshotOfOne();
    return tocsin_engine_restore(fresh, snapshot.data(), snapshot.size(), error);
  });
  FailOnFresh("reloading", [](tocsin_engine* fresh, tocsin_error** error) {
    return tocsin_engine_reload_from_string(fresh, kRules, std::strlen(kRules), "rules", 5, error);
  });
  FailOnFresh("forgetting", [](tocsin_engine* fresh, tocsin_error** error) {
    return tocsin_engine_forget(fresh, "country", 7, "a country of a long name", 24, nullptr, nullptr, error);
  });

  // A change that could not be handed out is not lost: it is there when there is memory again.
  int handed_out = 0;
  tocsin_engine* engine = NewEngine();
  Ingest(engine, nullptr);
  places = Exhaust("polling an alert", [&](tocsin_error** error) {
    tocsin_alert* alert = nullptr;
    const int32_t status = tocsin_engine_poll_alert(engine, &alert, error);
    if (alert != nullptr) ++handed_out;
    tocsin_alert_free(alert);
    return status;
  });
  tocsin_engine_free(engine);
  std::printf("polling an alert: failed in %ld places\n", places);
  Expect(places > 0, "polling an alert never failed", places);
  Expect(handed_out == 1, "the alert was not handed out once", handed_out);

  std::printf("%d failed\n", failures);
  return failures == 0 ? 0 : 1;
}
