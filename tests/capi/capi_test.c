/* Every function of tocsin.h, from C. Each test stands alone; a failed check is printed and counted, and the rest goes
 * on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tocsin.h"

static int checks = 0;
static int failures = 0;

#define CHECK(condition) check((condition) != 0, #condition, __LINE__)

static void check(int holds, const char* text, int line) {
  ++checks;
  if (holds) return;
  ++failures;
  printf("capi_test.c:%d: failed: %s\n", line, text);
}

static int same(const char* text, const char* expected) { return text != NULL && strcmp(text, expected) == 0; }

/* What `error` says is freed and forgotten, so that each call starts with none. */
static int failed_with(int32_t status, int32_t expected, tocsin_error** error, const char* part) {
  const char* message = tocsin_error_message(*error, NULL);
  int right =
      status == expected && tocsin_error_code(*error) == expected && message != NULL && strstr(message, part) != NULL;
  if (!right)
    printf("status %d, expected %d with '%s': %s\n", (int)status, (int)expected, part, message ? message : "(none)");
  tocsin_error_free(*error);
  *error = NULL;
  return right;
}

static const char kRules[] =
    "version: 1\n"
    "ingest: {allowed_lateness: 1h}\n"
    "events:\n"
    "  refund:\n"
    "    customer: string\n"
    "    country: {type: string, from: attrs.country}\n"
    "    amount: {type: decimal(3), from: value}\n"
    "metrics:\n"
    "  refunds_24h: {event: refund, aggregate: sum(amount), window: 24h, by: [country], resolution: exact}\n"
    "  mean_refund: {event: refund, aggregate: mean(amount), window: 1h}\n"
    "rules:\n"
    "  RefundSpike:\n"
    "    when: refunds_24h > 500\n"
    "    for: 1h\n"
    "    severity: critical\n"
    "    labels: {department: finance}\n"
    "    summary: \"Refunds of {refunds_24h:.2f} in {country}\"\n";

static const char kSpike[] =
    "{\"type\": \"refund\", \"time\": \"2010-12-01T09:41:00Z\", \"value\": 612.5, \"attrs\": {\"country\": "
    "\"France\"}}";

#define SECOND INT64_C(1000000000)
#define T0941 (INT64_C(1291196460) * SECOND) /* 2010-12-01T09:41:00Z */

static tocsin_engine* new_engine(void) {
  tocsin_engine* engine = NULL;
  tocsin_error* error = NULL;
  int32_t status = tocsin_engine_new_from_string(kRules, strlen(kRules), "rules.yaml", 10, &engine, &error);
  CHECK(status == TOCSIN_OK);
  CHECK(error == NULL);
  if (engine == NULL) {
    printf("no engine: %s\n", tocsin_error_message(error, NULL));
    exit(1);
  }
  return engine;
}

static int32_t ingest(tocsin_engine* engine, const char* record) {
  tocsin_error* error = NULL;
  int32_t reason = -1;
  CHECK(tocsin_engine_ingest_json(engine, record, strlen(record), &reason, &error) == TOCSIN_OK);
  CHECK(error == NULL);
  return reason;
}

static tocsin_alert* poll(tocsin_engine* engine) {
  tocsin_error* error = NULL;
  tocsin_alert* alert = NULL;
  CHECK(tocsin_engine_poll_alert(engine, &alert, &error) == TOCSIN_OK);
  return alert;
}

static void test_versions_and_names(void) {
  char expected[32];
  sprintf(expected, "%d.%d.%d", TOCSIN_VERSION_NUM / 1000000, TOCSIN_VERSION_NUM / 1000 % 1000,
          TOCSIN_VERSION_NUM % 1000);
  CHECK(same(tocsin_version(), expected));
  CHECK(tocsin_version_number() == TOCSIN_VERSION_NUM);
  CHECK(tocsin_abi_version() == TOCSIN_ABI_VERSION);
  CHECK(same(tocsin_reason_name(TOCSIN_REASON_NONE), "accepted"));
  CHECK(same(tocsin_reason_name(TOCSIN_REASON_BAD_TIME), "bad_time"));
  CHECK(same(tocsin_reason_name(TOCSIN_REASON_IGNORED), "ignored"));
  CHECK(tocsin_reason_name(TOCSIN_REASON_IGNORED + 1) == NULL);
  CHECK(tocsin_reason_name(-1) == NULL);
  CHECK(same(tocsin_change_name(TOCSIN_CHANGE_PENDING), "pending"));
  CHECK(same(tocsin_change_name(TOCSIN_CHANGE_CANCELLED), "cancelled"));
  CHECK(tocsin_change_name(0) == NULL);
  CHECK(tocsin_change_name(TOCSIN_CHANGE_CANCELLED + 1) == NULL);
}

static void test_parse_time(void) {
  tocsin_error* error = NULL;
  int64_t time = 7;
  CHECK(tocsin_parse_time("2010-12-01T09:41:00Z", 20, &time, &error) == TOCSIN_OK);
  CHECK(time == T0941);
  CHECK(failed_with(tocsin_parse_time("2010-13-01", 10, &time, &error), TOCSIN_INVALID_ARGUMENT, &error, "2010-13-01"));
  CHECK(time == T0941);
  CHECK(failed_with(tocsin_parse_time("x", 1, NULL, &error), TOCSIN_INVALID_ARGUMENT, &error, "'time_ns'"));
}

static void test_a_config_with_mistakes(void) {
  const char* wrong =
      "version: 1\n"
      "events:\n"
      "  refund: {amount: double}\n"
      "metrics:\n"
      "  refunds_24h: {event: refund, aggregate: sum(amount), window: 24h}\n"
      "rules:\n"
      "  A: {when: refund_24h > 500}\n"
      "  B: {when: refunds_24h > }\n";
  tocsin_engine* engine = (tocsin_engine*)&wrong; /* anything but NULL: it must be set */
  tocsin_error* error = NULL;
  size_t length = 0;
  int32_t status = tocsin_engine_new_from_string(wrong, strlen(wrong), "my.yaml", 7, &engine, &error);
  CHECK(status == TOCSIN_INVALID_ARGUMENT);
  CHECK(engine == NULL);
  CHECK(tocsin_error_code(error) == TOCSIN_INVALID_ARGUMENT);
  CHECK(tocsin_error_count(error) == 2);
  CHECK(same(tocsin_error_file(error, 0, &length), "my.yaml") && length == 7);
  CHECK(tocsin_error_line(error, 0) == 7);
  CHECK(tocsin_error_column(error, 0) == 13);
  CHECK(strstr(tocsin_error_detail(error, 0, NULL), "'refund_24h'") != NULL);
  CHECK(strstr(tocsin_error_hint(error, 0, NULL), "'refunds_24h'") != NULL);
  CHECK(tocsin_error_line(error, 1) == 8);
  CHECK(strstr(tocsin_error_message(error, &length), "my.yaml:7:13") != NULL);
  CHECK(length == strlen(tocsin_error_message(error, NULL)));
  CHECK(tocsin_error_file(error, 2, &length) == NULL && length == 0);
  CHECK(tocsin_error_detail(error, 2, NULL) == NULL && tocsin_error_hint(error, 2, NULL) == NULL);
  CHECK(tocsin_error_line(error, 2) == 0 && tocsin_error_column(error, 2) == 0);
  tocsin_error_free(error);

  CHECK(tocsin_engine_new_from_string(wrong, strlen(wrong), "my.yaml", 7, &engine, NULL) == TOCSIN_INVALID_ARGUMENT);
  CHECK(tocsin_error_code(NULL) == TOCSIN_OK && tocsin_error_message(NULL, NULL) == NULL &&
        tocsin_error_count(NULL) == 0);
  tocsin_error_free(NULL);
}

static void test_files(const char* folder) {
  char path[4096];
  FILE* file;
  tocsin_engine* engine = NULL;
  tocsin_error* error = NULL;
  uint64_t accepted = 0;
  CHECK(failed_with(tocsin_engine_new_from_file("no/such.yaml", 12, &engine, &error), TOCSIN_NOT_FOUND, &error,
                    "no/such.yaml"));

  sprintf(path, "%s/capi_test_rules.yaml", folder);
  file = fopen(path, "wb");
  CHECK(file != NULL && fwrite(kRules, 1, strlen(kRules), file) == strlen(kRules));
  if (file != NULL) fclose(file);
  CHECK(tocsin_engine_new_from_file(path, strlen(path), &engine, &error) == TOCSIN_OK);
  CHECK(engine != NULL);

  sprintf(path, "%s/capi_test_events.jsonl", folder);
  file = fopen(path, "wb");
  CHECK(file != NULL && fprintf(file, "%s\nnonsense\n%s\n", kSpike, kSpike) > 0);
  if (file != NULL) fclose(file);
  CHECK(tocsin_engine_ingest_json_file(engine, path, strlen(path), &accepted, &error) == TOCSIN_OK);
  CHECK(accepted == 2);
  CHECK(failed_with(tocsin_engine_ingest_json_file(engine, "no/such", 7, &accepted, &error), TOCSIN_NOT_FOUND, &error,
                    "no/such"));
  CHECK(accepted == 0);
  tocsin_engine_free(engine);
}

static void test_the_life_of_an_alert(void) {
  tocsin_engine* engine = new_engine();
  tocsin_error* error = NULL;
  tocsin_alert* alert = NULL;
  size_t length = 0;
  CHECK(ingest(engine, kSpike) == TOCSIN_REASON_NONE);
  CHECK(poll(engine) == NULL); /* pending, which was not asked for */
  CHECK(tocsin_engine_advance_to(engine, T0941 + 3600 * SECOND - 1, &error) == TOCSIN_OK);
  CHECK(poll(engine) == NULL);
  CHECK(tocsin_engine_advance_to(engine, T0941 + 3600 * SECOND, &error) == TOCSIN_OK);

  alert = poll(engine);
  CHECK(alert != NULL);
  CHECK(tocsin_alert_change(alert) == TOCSIN_CHANGE_FIRING);
  CHECK(tocsin_alert_time_ns(alert) == T0941 + 3600 * SECOND);
  CHECK(tocsin_alert_seq(alert) == 2);
  CHECK(same(tocsin_alert_rule(alert, &length), "RefundSpike") && length == 11);
  CHECK(same(tocsin_alert_severity(alert, NULL), "critical"));
  CHECK(same(tocsin_alert_summary(alert, NULL), "Refunds of 612.50 in France"));
  CHECK(same(tocsin_alert_label(alert, "country", 7, &length), "France") && length == 6);
  CHECK(same(tocsin_alert_label(alert, "department", 10, NULL), "finance"));
  CHECK(tocsin_alert_label(alert, "countr", 6, &length) == NULL && length == 0);
  CHECK(tocsin_alert_json(alert, &length) != NULL && length == strlen(tocsin_alert_json(alert, NULL)));
  CHECK(strstr(tocsin_alert_json(alert, NULL), "\"change\":\"firing\"") != NULL ||
        strstr(tocsin_alert_json(alert, NULL), "\"change\": \"firing\"") != NULL);
  tocsin_alert_free(alert);
  CHECK(poll(engine) == NULL);

  /* The refund leaves the window a day after it came; not before. */
  CHECK(tocsin_engine_advance_to(engine, T0941 + 86400 * SECOND - 1, &error) == TOCSIN_OK);
  CHECK(poll(engine) == NULL);
  CHECK(tocsin_engine_advance_to(engine, T0941 + 86400 * SECOND, &error) == TOCSIN_OK);
  alert = poll(engine);
  CHECK(tocsin_alert_change(alert) == TOCSIN_CHANGE_RESOLVED);
  CHECK(tocsin_alert_seq(alert) == 3);
  tocsin_engine_free(engine);
  CHECK(tocsin_alert_time_ns(alert) == T0941 + 86400 * SECOND); /* an alert outlives its engine */
  tocsin_alert_free(alert);
}

static void test_pending_changes(void) {
  tocsin_engine* engine = new_engine();
  tocsin_error* error = NULL;
  tocsin_alert* alert;
  CHECK(tocsin_engine_want_pending(engine, 1, &error) == TOCSIN_OK);
  CHECK(ingest(engine, kSpike) == TOCSIN_REASON_NONE);
  alert = poll(engine);
  CHECK(tocsin_alert_change(alert) == TOCSIN_CHANGE_PENDING && tocsin_alert_seq(alert) == 1);
  tocsin_alert_free(alert);
  CHECK(tocsin_engine_want_pending(engine, 0, &error) == TOCSIN_OK);
  CHECK(ingest(engine,
               "{\"type\": \"refund\", \"time\": \"2010-12-01T09:42:00Z\", \"value\": 612.5, "
               "\"attrs\": {\"country\": \"Spain\"}}") == TOCSIN_REASON_NONE);
  CHECK(poll(engine) == NULL);
  tocsin_engine_free(engine);
}

static void test_values(void) {
  tocsin_engine* engine = new_engine();
  tocsin_error* error = NULL;
  tocsin_key france = {"country", 7, "France", 6};
  tocsin_key customer = {"customer", 8, "1", 1};
  double value = -1;
  int32_t has_value = -1;
  CHECK(tocsin_engine_value(engine, "mean_refund", 11, NULL, 0, &value, &has_value, &error) == TOCSIN_OK);
  CHECK(has_value == 0 && value == -1); /* the mean of nothing */
  CHECK(ingest(engine, kSpike) == TOCSIN_REASON_NONE);
  CHECK(tocsin_engine_value(engine, "mean_refund", 11, NULL, 0, &value, &has_value, &error) == TOCSIN_OK);
  CHECK(has_value == 1 && value == 612.5);
  value = -1;
  CHECK(tocsin_engine_value(engine, "refunds_24h", 11, &france, 1, &value, &has_value, &error) == TOCSIN_OK);
  CHECK(has_value == 1 && value == 612.5);
  france.value = "Spain";
  france.value_length = 5;
  CHECK(tocsin_engine_value(engine, "refunds_24h", 11, &france, 1, &value, &has_value, &error) == TOCSIN_OK);
  CHECK(has_value == 1 && value == 0);

  CHECK(failed_with(tocsin_engine_value(engine, "refunds", 7, NULL, 0, &value, &has_value, &error), TOCSIN_NOT_FOUND,
                    &error, "refunds"));
  CHECK(failed_with(tocsin_engine_value(engine, "refunds_24h", 11, &customer, 1, &value, &has_value, &error),
                    TOCSIN_INVALID_ARGUMENT, &error, "customer"));
  CHECK(failed_with(tocsin_engine_value(engine, "refunds_24h", 11, NULL, 1, &value, &has_value, &error),
                    TOCSIN_INVALID_ARGUMENT, &error, "'keys'"));
  CHECK(failed_with(tocsin_engine_value(engine, "refunds_24h", 11, &france, 1, NULL, &has_value, &error),
                    TOCSIN_INVALID_ARGUMENT, &error, "'value'"));
  CHECK(has_value == 1 && value == 0); /* untouched by what failed */
  tocsin_engine_free(engine);
}

static void test_refusals_and_dead_letters(void) {
  static const char lines[] =
      "{\"type\": \"refund\"}\n"
      "nonsense\n"
      "{\"type\": \"sale\", \"time\": \"2010-12-01T09:41:00Z\"}\n";
  tocsin_engine* engine = new_engine();
  tocsin_error* error = NULL;
  tocsin_dead_letter* letter = NULL;
  uint64_t accepted = 7, count = 7;
  size_t length = 0;
  CHECK(ingest(engine, "{\"type\": \"refund\", \"time\": \"soon\"}") == TOCSIN_REASON_BAD_TIME);
  CHECK(ingest(engine, "[]") == TOCSIN_REASON_NOT_AN_OBJECT);
  CHECK(tocsin_engine_ingest_json(engine, NULL, 0, NULL, &error) == TOCSIN_OK); /* the empty record, nobody asks why */
  CHECK(tocsin_engine_poll_dead_letter(engine, &letter, &error) == TOCSIN_OK && letter == NULL); /* none were kept */

  CHECK(tocsin_engine_keep_dead_letters(engine, 2, &error) == TOCSIN_OK);
  CHECK(tocsin_engine_ingest_json_lines(engine, lines, strlen(lines), &accepted, &error) == TOCSIN_OK);
  CHECK(accepted == 0);
  CHECK(tocsin_engine_poll_dead_letter(engine, &letter, &error) == TOCSIN_OK);
  CHECK(tocsin_dead_letter_reason(letter) == TOCSIN_REASON_MISSING_TIME);
  CHECK(tocsin_dead_letter_line(letter) == 1);
  CHECK(tocsin_dead_letter_detail(letter, &length) != NULL && length > 0);
  CHECK(strstr(tocsin_dead_letter_json(letter, &length), "missing_time") != NULL);
  CHECK(length == strlen(tocsin_dead_letter_json(letter, NULL)));
  tocsin_dead_letter_free(letter);
  CHECK(tocsin_engine_poll_dead_letter(engine, &letter, &error) == TOCSIN_OK);
  CHECK(tocsin_dead_letter_reason(letter) == TOCSIN_REASON_MALFORMED && tocsin_dead_letter_line(letter) == 2);
  tocsin_dead_letter_free(letter);
  CHECK(tocsin_engine_poll_dead_letter(engine, &letter, &error) == TOCSIN_OK &&
        letter == NULL); /* the third found no room */

  CHECK(tocsin_engine_count(engine, TOCSIN_REASON_UNKNOWN_TYPE, &count, &error) == TOCSIN_OK && count == 1);
  CHECK(tocsin_engine_count(engine, TOCSIN_REASON_EMPTY, &count, &error) == TOCSIN_OK && count == 1);
  CHECK(tocsin_engine_count(engine, TOCSIN_REASON_NONE, &count, &error) == TOCSIN_OK && count == 0);
  CHECK(failed_with(tocsin_engine_count(engine, 99, &count, &error), TOCSIN_INVALID_ARGUMENT, &error, "99"));
  tocsin_engine_free(engine);
}

static void test_the_clock(void) {
  tocsin_engine* engine = new_engine();
  tocsin_error* error = NULL;
  int64_t now = 7;
  int32_t has_now = 7;
  CHECK(tocsin_engine_now(engine, &now, &has_now, &error) == TOCSIN_OK);
  CHECK(has_now == 0 && now == 7);
  CHECK(ingest(engine, kSpike) == TOCSIN_REASON_NONE);
  CHECK(tocsin_engine_now(engine, &now, &has_now, &error) == TOCSIN_OK);
  CHECK(has_now == 1 && now == T0941);
  CHECK(tocsin_engine_advance_to(engine, T0941 - 1, &error) == TOCSIN_OK); /* it never goes back */
  CHECK(tocsin_engine_now(engine, &now, &has_now, &error) == TOCSIN_OK && now == T0941);
  tocsin_engine_free(engine);
}

static void test_nulls(void) {
  tocsin_error* error = NULL;
  tocsin_engine* engine = NULL;
  tocsin_alert* alert = NULL;
  tocsin_dead_letter* letter = NULL;
  int64_t time = 0;
  int32_t flag = 0;
  uint64_t count = 0;
  double value = 0;
  const char* engine_missing = "'engine' must not be NULL";
  const int32_t wrong = TOCSIN_INVALID_ARGUMENT;
  CHECK(failed_with(tocsin_engine_new_from_file("a", 1, NULL, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_new_from_string("a", 1, "b", 1, NULL, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_new_from_file(NULL, 1, &engine, &error), wrong, &error, "'path'"));
  CHECK(failed_with(tocsin_engine_ingest_json(NULL, "{}", 2, &flag, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_ingest_json_lines(NULL, "{}", 2, &count, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_ingest_json_file(NULL, "a", 1, &count, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_advance_to(NULL, 0, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_now(NULL, &time, &flag, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_value(NULL, "m", 1, NULL, 0, &value, &flag, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_count(NULL, 0, &count, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_want_pending(NULL, 1, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_keep_dead_letters(NULL, 1, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_poll_alert(NULL, &alert, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_poll_dead_letter(NULL, &letter, &error), wrong, &error, engine_missing));
  CHECK(tocsin_engine_advance_to(NULL, 0, NULL) == wrong);

  engine = new_engine();
  CHECK(failed_with(tocsin_engine_ingest_json(engine, NULL, 1, &flag, &error), wrong, &error, "'record'"));
  CHECK(failed_with(tocsin_engine_now(engine, NULL, &flag, &error), wrong, &error, "'time_ns'"));
  CHECK(failed_with(tocsin_engine_now(engine, &time, NULL, &error), wrong, &error, "'has_time'"));
  CHECK(failed_with(tocsin_engine_count(engine, 0, NULL, &error), wrong, &error, "'count'"));
  CHECK(failed_with(tocsin_engine_poll_alert(engine, NULL, &error), wrong, &error, "'alert'"));
  CHECK(failed_with(tocsin_engine_poll_dead_letter(engine, NULL, &error), wrong, &error, "'letter'"));
  tocsin_engine_free(engine);

  CHECK(tocsin_alert_json(NULL, NULL) == NULL && tocsin_alert_rule(NULL, NULL) == NULL);
  CHECK(tocsin_alert_severity(NULL, NULL) == NULL && tocsin_alert_summary(NULL, NULL) == NULL);
  CHECK(tocsin_alert_label(NULL, "a", 1, NULL) == NULL);
  CHECK(tocsin_alert_change(NULL) == 0 && tocsin_alert_time_ns(NULL) == 0 && tocsin_alert_seq(NULL) == 0);
  CHECK(tocsin_dead_letter_json(NULL, NULL) == NULL && tocsin_dead_letter_detail(NULL, NULL) == NULL);
  CHECK(tocsin_dead_letter_reason(NULL) == 0 && tocsin_dead_letter_line(NULL) == 0);
  tocsin_engine_free(NULL);
  tocsin_alert_free(NULL);
  tocsin_dead_letter_free(NULL);
}

int main(int argc, char** argv) {
  test_versions_and_names();
  test_parse_time();
  test_a_config_with_mistakes();
  test_files(argc > 1 ? argv[1] : ".");
  test_the_life_of_an_alert();
  test_pending_changes();
  test_values();
  test_refusals_and_dead_letters();
  test_the_clock();
  test_nulls();
  printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
