/* Functions of the host, in C. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "tocsin.h"

#define SECOND INT64_C(1000000000)

static const char kRules[] =
    "version: 1\n"
    "events:\n"
    "  visit: {name: string, spent: double, pages: int, new: bool, length: duration}\n"
    "metrics:\n"
    "  visits: {event: visit, aggregate: count}\n"
    "rules:\n"
    "  Asked:\n"
    "    event: visit\n"
    "    when: ";

static const char kVisit[] =
    "{\"type\": \"visit\", \"time\": \"2010-12-01T09:41:00Z\", \"name\": \"ann\", \"spent\": 612.5, \"pages\": 3, "
    "\"new\": true, \"length\": \"90s\"}";

struct called {
  int calls;
  int destroyed;
  int32_t status;
  tocsin_engine* engine; /* to be called from inside */
  char text[32];
};

static void destroy(void* data) { ((struct called*)data)->destroyed += 1; }

static int32_t risky(void* data, const tocsin_value* arguments, size_t count, tocsin_value* result) {
  struct called* const called = data;
  called->calls += 1;
  CHECK(count == 2 && arguments[0].has_value == 1 && arguments[1].has_value == 1);
  CHECK(arguments[1].text_length == 3 && memcmp(arguments[1].text, "ann", 3) == 0);
  CHECK(result->has_value == 0);
  result->has_value = 1;
  result->integer = arguments[0].number > 500;
  return called->status;
}

/* Gives back what it is given, twice as much of it. */
static int32_t twice(void* data, const tocsin_value* arguments, size_t count, tocsin_value* result) {
  struct called* const called = data;
  called->calls += 1;
  *result = arguments[0];
  if (arguments[0].text != NULL && arguments[0].text_length < 16) {
    memcpy(called->text, arguments[0].text, arguments[0].text_length);
    memcpy(called->text + arguments[0].text_length, arguments[0].text, arguments[0].text_length);
    result->text = called->text;
    result->text_length = 2 * arguments[0].text_length;
  }
  result->integer *= 2;
  result->number *= 2;
  (void)count;
  return TOCSIN_OK;
}

static int32_t nothing(void* data, const tocsin_value* arguments, size_t count, tocsin_value* result) {
  ((struct called*)data)->calls += (int)count;
  (void)arguments;
  (void)result;
  return TOCSIN_OK;
}

static int32_t calls_back(void* data, const tocsin_value* arguments, size_t count, tocsin_value* result) {
  struct called* const called = data;
  tocsin_error* error = NULL;
  CHECK(failed_with(tocsin_engine_advance_to(called->engine, 0, &error), TOCSIN_INTERNAL, &error, "middle of a call"));
  return nothing(data, arguments, count, result);
}

static tocsin_host* new_host(void) {
  tocsin_host* host = NULL;
  tocsin_error* error = NULL;
  CHECK(tocsin_host_new(&host, &error) == TOCSIN_OK && host != NULL && error == NULL);
  return host;
}

static tocsin_engine* new_engine(const tocsin_host* host, const char* condition) {
  char config[1024];
  tocsin_engine* engine = NULL;
  tocsin_error* error = NULL;
  snprintf(config, sizeof(config), "%s%s\n", kRules, condition);
  if (tocsin_engine_new_from_string_with(config, strlen(config), "rules", 5, host, &engine, &error) != TOCSIN_OK)
    printf("%s\n", tocsin_error_message(error, NULL));
  CHECK(engine != NULL && error == NULL);
  tocsin_error_free(error);
  return engine;
}

/* Whether the rule fires, or does so again, at one visit. */
static int fires(tocsin_engine* engine) {
  int32_t reason = -1;
  int fired = 0;
  tocsin_alert* alert = NULL;
  CHECK(tocsin_engine_ingest_json(engine, kVisit, strlen(kVisit), &reason, NULL) == TOCSIN_OK && reason == 0);
  CHECK(tocsin_engine_advance_to(engine, INT64_C(1291196460) * SECOND, NULL) == TOCSIN_OK);
  while (tocsin_engine_poll_alert(engine, &alert, NULL) == TOCSIN_OK && alert != NULL) {
    fired |= tocsin_alert_change(alert) == TOCSIN_CHANGE_FIRING || tocsin_alert_change(alert) == TOCSIN_CHANGE_AGAIN;
    tocsin_alert_free(alert);
  }
  return fired;
}

static int32_t add(tocsin_host* host, const char* name, int32_t parameter, int32_t result, tocsin_function call,
                   struct called* called, tocsin_error** error) {
  return tocsin_host_add_function(host, name, strlen(name), "1", 1, &parameter, 1, result, call, called, destroy,
                                  error);
}

static void test_a_function_decides(void) {
  const int32_t types[] = {TOCSIN_TYPE_DOUBLE, TOCSIN_TYPE_STRING};
  const char* const reloaded = "host.risky(event.spent, event.name) && event.pages == 3";
  char config[1024];
  struct called called = {0};
  tocsin_error* error = NULL;
  tocsin_host* host = new_host();
  tocsin_engine* engine = NULL;
  CHECK(tocsin_host_add_function(host, "risky", 5, "1.0", 3, types, 2, TOCSIN_TYPE_BOOL, &risky, &called, &destroy,
                                 &error) == TOCSIN_OK &&
        error == NULL);
  engine = new_engine(host, "host.risky(event.spent, event.name)");
  /* The host may go before its engines, which keep it through a reload. */
  tocsin_host_free(host);
  CHECK(called.destroyed == 0);
  CHECK(fires(engine) && called.calls > 0);
  snprintf(config, sizeof(config), "%s%s\n", kRules, reloaded);
  CHECK(tocsin_engine_reload_from_string(engine, config, strlen(config), "rules", 5, &error) == TOCSIN_OK);
  called.calls = 0;
  CHECK(fires(engine) && called.calls > 0);
  called.status = 1;
  CHECK(!fires(engine));
  {
    tocsin_statistics* statistics = NULL;
    CHECK(tocsin_engine_statistics(engine, &statistics, NULL) == TOCSIN_OK);
    CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_FAULTS) == 1);
    tocsin_statistics_free(statistics);
  }
  tocsin_engine_free(engine);
  CHECK(called.destroyed == 1);
}

static void test_every_type_goes_there_and_back(void) {
  static const struct {
    int32_t type;
    const char* condition;
  } kCases[] = {
      {TOCSIN_TYPE_BOOL, "host.twice(event.new)"},
      {TOCSIN_TYPE_INT, "host.twice(event.pages) == 6"},
      {TOCSIN_TYPE_DOUBLE, "host.twice(event.spent) == 1225.0"},
      {TOCSIN_TYPE_STRING, "host.twice(event.name) == 'annann'"},
      {TOCSIN_TYPE_TIMESTAMP, "host.twice(event.time) > timestamp('2050-01-01T00:00:00Z')"},
      {TOCSIN_TYPE_DURATION, "host.twice(event.length) == duration('180s')"},
  };
  size_t i;
  for (i = 0; i < sizeof(kCases) / sizeof(kCases[0]); ++i) {
    struct called called = {0};
    tocsin_host* host = new_host();
    tocsin_engine* engine = NULL;
    CHECK(add(host, "twice", kCases[i].type, kCases[i].type, &twice, &called, NULL) == TOCSIN_OK);
    engine = new_engine(host, kCases[i].condition);
    CHECK(fires(engine));
    tocsin_engine_free(engine);
    tocsin_host_free(host);
    CHECK(called.calls > 0 && called.destroyed == 1);
  }
}

static void test_no_data_and_calls_from_inside(void) {
  struct called called = {0};
  tocsin_host* host = new_host();
  tocsin_engine* engine = NULL;
  CHECK(add(host, "nothing", TOCSIN_TYPE_INT, TOCSIN_TYPE_BOOL, &nothing, &called, NULL) == TOCSIN_OK);
  CHECK(add(host, "back", TOCSIN_TYPE_INT, TOCSIN_TYPE_BOOL, &calls_back, &called, NULL) == TOCSIN_OK);
  engine = new_engine(host, "host.nothing(event.pages) || host.back(event.pages)");
  called.engine = engine;
  CHECK(!fires(engine) && called.calls == 2);
  tocsin_engine_free(engine);
  tocsin_host_free(host);
  CHECK(called.destroyed == 2);
}

static void test_refusals(const char* folder) {
  const int32_t wrong = TOCSIN_INVALID_ARGUMENT;
  const int32_t types[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
  char path[1024];
  struct called called = {0};
  tocsin_error* error = NULL;
  tocsin_engine* engine = NULL;
  tocsin_host* host = new_host();
  FILE* file = NULL;
  CHECK(add(host, "f", 1, 1, &nothing, &called, &error) == TOCSIN_OK);
  CHECK(failed_with(add(host, "f", 1, 1, &nothing, &called, &error), wrong, &error, "is registered already"));
  CHECK(failed_with(add(host, "a.b", 1, 1, &nothing, &called, &error), wrong, &error, "a name is made of"));
  CHECK(failed_with(add(host, "g", 0, 1, &nothing, &called, &error), wrong, &error, "there is no type 0"));
  CHECK(failed_with(add(host, "g", 1, 7, &nothing, &called, &error), wrong, &error, "there is no type 7"));
  CHECK(failed_with(add(host, "g", 1, 1, NULL, &called, &error), wrong, &error, "'call'"));
  CHECK(failed_with(add(NULL, "g", 1, 1, &nothing, &called, &error), wrong, &error, "'host'"));
  CHECK(called.destroyed == 6);
  CHECK(failed_with(tocsin_host_add_function(host, "g", 1, "", 0, types, 9, 1, &nothing, NULL, NULL, &error), wrong,
                    &error, "at most 8 parameters"));
  CHECK(failed_with(tocsin_host_add_function(host, "g", 1, "", 0, NULL, 1, 1, &nothing, NULL, NULL, &error), wrong,
                    &error, "'parameters'"));
  CHECK(failed_with(tocsin_host_add_function(host, "g", 1, "", 0, NULL, 0, 1, &nothing, NULL, NULL, &error), wrong,
                    &error, "1 to 8 arguments"));
  CHECK(failed_with(tocsin_host_new(NULL, &error), wrong, &error, "'host'"));

  /* From a file; without the host, its functions are unknown. */
  snprintf(path, sizeof(path), "%s/host.yaml", folder);
  file = fopen(path, "w");
  CHECK(file != NULL);
  if (file != NULL) {
    fprintf(file, "%shost.f(event.new)\n", kRules);
    fclose(file);
  }
  CHECK(tocsin_engine_new_from_file_with(path, strlen(path), host, &engine, &error) == TOCSIN_OK && engine != NULL);
  tocsin_engine_free(engine);
  CHECK(failed_with(tocsin_engine_new_from_file_with(path, strlen(path), NULL, &engine, &error), wrong, &error,
                    "host.f"));
  CHECK(engine == NULL);
  CHECK(failed_with(tocsin_engine_new_from_string_with("", 0, "", 0, host, NULL, &error), wrong, &error, "'engine'"));
  tocsin_host_free(host);
  tocsin_host_free(NULL);
  CHECK(called.destroyed == 7);
}

int main(int argc, char** argv) {
  test_a_function_decides();
  test_every_type_goes_there_and_back();
  test_no_data_and_calls_from_inside();
  test_refusals(argc > 1 ? argv[1] : ".");
  printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
