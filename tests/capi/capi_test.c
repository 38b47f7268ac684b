/* The functions of tocsin.h, from C; those of a host are in host_test.c. Each test stands alone; a failed check is
 * printed and counted, and the rest goes on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "tocsin.h"

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
  CHECK(same(tocsin_change_name(TOCSIN_CHANGE_AGAIN), "again"));
  CHECK(same(tocsin_change_name(TOCSIN_CHANGE_SEVERITY), "severity"));
  CHECK(tocsin_change_name(0) == NULL);
  CHECK(tocsin_change_name(TOCSIN_CHANGE_SEVERITY + 1) == NULL);
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
  CHECK(same(tocsin_alert_reason(alert, &length), "") && length == 0); /* the plain case */
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

/* Metrics that are no numbers, and a rule of each way to change. */
static const char kOrders[] =
    "version: 1\n"
    "events:\n"
    "  order: {customer: string, state: string, amount: double}\n"
    "metrics:\n"
    "  spent: {event: order, aggregate: sum(amount), window: 24h, by: [customer]}\n"
    "  state_of: {event: order, aggregate: last(state), by: [customer]}\n"
    "  idle: {event: order, aggregate: time_since, by: [customer]}\n"
    "rules:\n"
    "  Big: {event: order, when: event.amount > 100, by: [customer]}\n"
    "  Spent: {when: {critical: spent > 500, warning: spent > 50}}\n";

static tocsin_engine* new_engine_of(const char* rules) {
  tocsin_engine* engine = NULL;
  tocsin_error* error = NULL;
  if (tocsin_engine_new_from_string(rules, strlen(rules), "rules.yaml", 10, &engine, &error) != TOCSIN_OK) {
    printf("no engine: %s\n", tocsin_error_message(error, NULL));
    exit(1);
  }
  return engine;
}

/* An order at 09:41 and so many seconds. */
static int32_t order(tocsin_engine* engine, const char* customer, int second, const char* state, double amount) {
  char record[256];
  sprintf(record,
          "{\"type\": \"order\", \"time\": \"2010-12-01T09:41:%02dZ\", \"customer\": \"%s\", \"state\": \"%s\", "
          "\"amount\": %g}",
          second, customer, state, amount);
  return ingest(engine, record);
}

static tocsin_engine* engine_with_orders(void) {
  tocsin_engine* engine = new_engine_of(kOrders);
  CHECK(order(engine, "ann", 0, "new", 20) == TOCSIN_REASON_NONE);
  CHECK(order(engine, "bob", 1, "paid", 40) == TOCSIN_REASON_NONE);
  CHECK(order(engine, "cid", 2, "new", 20) == TOCSIN_REASON_NONE);
  return engine;
}

static void test_tables(void) {
  tocsin_engine* engine = engine_with_orders();
  tocsin_error* error = NULL;
  tocsin_table* table = NULL;
  tocsin_key bob = {"customer", 8, "bob", 3};
  tocsin_key dan = {"customer", 8, "dan", 3};
  size_t length = 7;
  CHECK(tocsin_engine_lookup(engine, "state_of", 8, &bob, 1, &table, &error) == TOCSIN_OK);
  CHECK(tocsin_table_rows(table) == 1 && tocsin_table_columns(table) == 1);
  CHECK(same(tocsin_table_name(table, 0, &length), "customer") && length == 8);
  CHECK(same(tocsin_table_key(table, 0, 0, &length), "bob") && length == 3);
  CHECK(tocsin_table_kind(table, 0) == TOCSIN_KIND_TEXT);
  CHECK(same(tocsin_table_text(table, 0, &length), "paid") && length == 4);
  CHECK(tocsin_table_number(table, 0) == 0 && tocsin_table_integer(table, 0) == 0);
  CHECK(tocsin_table_kind(table, 1) == TOCSIN_KIND_NONE && tocsin_table_text(table, 1, &length) == NULL && length == 0);
  CHECK(tocsin_table_key(table, 0, 1, NULL) == NULL && tocsin_table_key(table, 1, 0, NULL) == NULL);
  CHECK(tocsin_table_name(table, 1, NULL) == NULL);
  tocsin_table_free(table);

  CHECK(tocsin_engine_lookup(engine, "idle", 4, &bob, 1, &table, &error) == TOCSIN_OK);
  CHECK(tocsin_table_kind(table, 0) == TOCSIN_KIND_DURATION && tocsin_table_integer(table, 0) == SECOND);
  CHECK(same(tocsin_table_text(table, 0, NULL), "1s") && tocsin_table_number(table, 0) == 0);
  tocsin_table_free(table);

  CHECK(tocsin_engine_lookup(engine, "state_of", 8, &dan, 1, &table, &error) == TOCSIN_OK); /* never seen */
  CHECK(tocsin_table_kind(table, 0) == TOCSIN_KIND_NONE && same(tocsin_table_text(table, 0, NULL), ""));
  tocsin_table_free(table);

  CHECK(tocsin_engine_scan(engine, "spent", 5, &table, &error) == TOCSIN_OK);
  CHECK(tocsin_table_rows(table) == 3);
  CHECK(same(tocsin_table_key(table, 0, 0, NULL), "ann") && tocsin_table_number(table, 0) == 20);
  CHECK(tocsin_table_kind(table, 2) == TOCSIN_KIND_NUMBER && tocsin_table_integer(table, 2) == 20);
  tocsin_table_free(table);

  CHECK(tocsin_engine_top(engine, "spent", 5, 2, &table, &error) == TOCSIN_OK);
  tocsin_engine_free(engine); /* a table outlives its engine */
  CHECK(tocsin_table_rows(table) == 2);
  CHECK(same(tocsin_table_key(table, 0, 0, NULL), "bob") && tocsin_table_number(table, 0) == 40);
  CHECK(same(tocsin_table_key(table, 1, 0, NULL), "ann")); /* equal to the third, and before it by key */
  tocsin_table_free(table);

  engine = engine_with_orders();
  CHECK(failed_with(tocsin_engine_top(engine, "state_of", 8, 2, &table, &error), TOCSIN_INVALID_ARGUMENT, &error,
                    "state_of"));
  CHECK(table == NULL);
  CHECK(failed_with(tocsin_engine_scan(engine, "spend", 5, &table, &error), TOCSIN_NOT_FOUND, &error, "'spent'"));
  CHECK(failed_with(tocsin_engine_lookup(engine, "spent", 5, NULL, 0, &table, &error), TOCSIN_INVALID_ARGUMENT, &error,
                    "customer"));
  CHECK(failed_with(tocsin_engine_value(engine, "idle", 4, &bob, 1, NULL, NULL, &error), TOCSIN_INVALID_ARGUMENT,
                    &error, "'value'"));
  tocsin_engine_free(engine);
}

static void test_again_and_severity(void) {
  tocsin_engine* engine = new_engine_of(kOrders);
  tocsin_alert* alert = NULL;
  int seen[7] = {0, 0, 0, 0, 0, 0, 0};
  CHECK(order(engine, "ann", 0, "new", 200) == TOCSIN_REASON_NONE);
  CHECK(order(engine, "ann", 1, "new", 400) == TOCSIN_REASON_NONE);
  while ((alert = poll(engine)) != NULL) {
    ++seen[tocsin_alert_change(alert)];
    if (tocsin_alert_change(alert) == TOCSIN_CHANGE_SEVERITY)
      CHECK(same(tocsin_alert_severity(alert, NULL), "critical"));
    tocsin_alert_free(alert);
  }
  CHECK(seen[TOCSIN_CHANGE_FIRING] == 2 && seen[TOCSIN_CHANGE_AGAIN] == 1 && seen[TOCSIN_CHANGE_SEVERITY] == 1);
  tocsin_engine_free(engine);
}

static void test_statistics(void) {
  tocsin_engine* engine = engine_with_orders();
  tocsin_error* error = NULL;
  tocsin_statistics* statistics = NULL;
  size_t length = 0;
  CHECK(order(engine, "ann", 3, "new", 600) == TOCSIN_REASON_NONE);
  CHECK(ingest(engine, "nonsense") == TOCSIN_REASON_MALFORMED);
  CHECK(tocsin_engine_statistics(engine, &statistics, &error) == TOCSIN_OK);
  tocsin_engine_free(engine);
  CHECK(tocsin_statistics_events(statistics, TOCSIN_REASON_NONE) == 4);
  CHECK(tocsin_statistics_events(statistics, TOCSIN_REASON_MALFORMED) == 1);
  CHECK(tocsin_statistics_events(statistics, 99) == 0 && tocsin_statistics_events(statistics, -1) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_GROUPS) >= 3);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_FIRING) == 2);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_ALERT_CHANGES) == 2);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_PENDING) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_FAULTS) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_HELD) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_IDS) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_BYTES) > 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_DERIVED) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_ATTEMPTS) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_ATTEMPTS_UNMATCHED) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_OPEN_SESSIONS) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_MEMORY) == 0);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_MEMORY + 1) == 0);
  CHECK(strstr(tocsin_statistics_json(statistics, &length), "{\"events\": {\"accepted\": 4, \"malformed\": 1") ==
        tocsin_statistics_json(statistics, NULL));
  CHECK(strstr(tocsin_statistics_json(statistics, NULL), "{\"keys\": [\"customer\"], \"groups\": 3") != NULL);
  CHECK(length == strlen(tocsin_statistics_json(statistics, NULL)));
  tocsin_statistics_free(statistics);
}

static void test_statistics_of_patterns(void) {
  static const char rules[] =
      "version: 1\n"
      "events: {order: {customer: string}}\n"
      "patterns: {alone: {sequence: [order, not order], within: 1h, by: [customer]}}\n"
      "sessions: {visit: {event: order, gap: 10m, by: [customer]}}\n"
      "limits: {max_memory: 1GB}\n";
  tocsin_engine* engine = NULL;
  tocsin_error* error = NULL;
  tocsin_statistics* statistics = NULL;
  CHECK(tocsin_engine_new_from_string(rules, sizeof rules - 1, NULL, 0, &engine, &error) == TOCSIN_OK);
  CHECK(ingest(engine, "{\"type\": \"order\", \"time\": \"2026-01-01T00:00:00Z\", \"customer\": \"ann\"}") == 0);
  CHECK(ingest(engine, "{\"type\": \"order\", \"time\": \"2026-01-01T00:15:00Z\", \"customer\": \"ann\"}") == 0);
  CHECK(tocsin_engine_statistics(engine, &statistics, &error) == TOCSIN_OK);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_DERIVED) == 1);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_ATTEMPTS) == 1);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_ATTEMPTS_UNMATCHED) == 1);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_OPEN_SESSIONS) == 1);
  CHECK(tocsin_statistics_count(statistics, TOCSIN_STATISTIC_MEMORY) > 0);
  CHECK(strstr(tocsin_statistics_json(statistics, NULL), "\"attempts_unmatched\": 1") != NULL);
  tocsin_statistics_free(statistics);
  tocsin_engine_free(engine);
}

/* An engine that goes on from a snapshot says what the first would have said. */
static void test_snapshots(void) {
  tocsin_engine* first = new_engine();
  tocsin_engine* second = new_engine();
  tocsin_engine* other = new_engine_of(kOrders);
  tocsin_error* error = NULL;
  tocsin_buffer* snapshot = NULL;
  tocsin_alert *said, *expected;
  size_t length = 0;
  char* damaged;
  CHECK(ingest(first, kSpike) == TOCSIN_REASON_NONE);
  CHECK(tocsin_engine_snapshot(first, &snapshot, &error) == TOCSIN_OK);
  CHECK(tocsin_buffer_data(snapshot, &length) != NULL && length > 16);
  CHECK(tocsin_engine_restore(second, tocsin_buffer_data(snapshot, NULL), length, &error) == TOCSIN_OK);
  CHECK(tocsin_engine_advance_to(first, T0941 + 3600 * SECOND, &error) == TOCSIN_OK);
  CHECK(tocsin_engine_advance_to(second, T0941 + 3600 * SECOND, &error) == TOCSIN_OK);
  expected = poll(first);
  said = poll(second);
  CHECK(expected != NULL && said != NULL && same(tocsin_alert_json(said, NULL), tocsin_alert_json(expected, NULL)));
  tocsin_alert_free(said);
  tocsin_alert_free(expected);

  CHECK(failed_with(tocsin_engine_restore(other, tocsin_buffer_data(snapshot, NULL), length, &error),
                    TOCSIN_INVALID_ARGUMENT, &error, "rules"));
  damaged = malloc(length);
  memcpy(damaged, tocsin_buffer_data(snapshot, NULL), length);
  damaged[length / 2] ^= 1;
  CHECK(
      failed_with(tocsin_engine_restore(second, damaged, length, &error), TOCSIN_INVALID_ARGUMENT, &error, "damaged"));
  CHECK(failed_with(tocsin_engine_restore(second, damaged, 5, &error), TOCSIN_INVALID_ARGUMENT, &error, "no snapshot"));
  CHECK(failed_with(tocsin_engine_restore(second, NULL, 5, &error), TOCSIN_INVALID_ARGUMENT, &error, "'snapshot'"));
  free(damaged);
  tocsin_buffer_free(snapshot);
  CHECK(tocsin_engine_advance_to(second, T0941 + 86400 * SECOND, &error) == TOCSIN_OK); /* nothing had changed */
  said = poll(second);
  CHECK(tocsin_alert_change(said) == TOCSIN_CHANGE_RESOLVED && tocsin_alert_seq(said) == 3);
  tocsin_alert_free(said);
  tocsin_engine_free(first);
  tocsin_engine_free(second);
  tocsin_engine_free(other);
}

static void test_reload(const char* folder) {
  static const char renamed[] =
      "version: 1\n"
      "sources: {shop: {type: kind, time: at}}\n"
      "events:\n"
      "  order: {customer: string, state: string, amount: double}\n"
      "metrics:\n"
      "  spent: {event: order, aggregate: sum(amount), window: 24h, by: [customer]}\n"
      "rules:\n"
      "  Plenty: {when: spent > 30}\n";
  char path[4096];
  FILE* file;
  tocsin_engine* engine = engine_with_orders();
  tocsin_error* error = NULL;
  tocsin_alert* alert;
  tocsin_key bob = {"customer", 8, "bob", 3};
  double value = 0;
  int32_t has_value = 0;
  CHECK(failed_with(tocsin_engine_reload_from_string(engine, "version: 2", 10, "new.yaml", 8, &error),
                    TOCSIN_INVALID_ARGUMENT, &error, "new.yaml:1"));
  CHECK(failed_with(tocsin_engine_reload_from_file(engine, "no/such", 7, &error), TOCSIN_NOT_FOUND, &error, "no/such"));
  CHECK(order(engine, "bob", 4, "paid", 20) == TOCSIN_REASON_NONE); /* the old rules go on */
  alert = poll(engine);
  CHECK(same(tocsin_alert_rule(alert, NULL), "Spent"));
  tocsin_alert_free(alert);

  CHECK(tocsin_engine_reload_from_string(engine, renamed, strlen(renamed), "new.yaml", 8, &error) == TOCSIN_OK);
  alert = poll(engine);
  CHECK(same(tocsin_alert_rule(alert, NULL), "Spent") && tocsin_alert_change(alert) == TOCSIN_CHANGE_RESOLVED);
  CHECK(same(tocsin_alert_reason(alert, NULL), "rule_removed"));
  tocsin_alert_free(alert);
  alert = poll(engine);
  CHECK(same(tocsin_alert_rule(alert, NULL), "Plenty") && tocsin_alert_change(alert) == TOCSIN_CHANGE_FIRING);
  tocsin_alert_free(alert);
  CHECK(tocsin_engine_value(engine, "spent", 5, &bob, 1, &value, &has_value, &error) == TOCSIN_OK && value == 60);
  CHECK(order(engine, "bob", 5, "paid", 1) == TOCSIN_REASON_NONE); /* records are read by the new config */

  sprintf(path, "%s/capi_test_reload.yaml", folder);
  file = fopen(path, "wb");
  CHECK(file != NULL && fwrite(kOrders, 1, strlen(kOrders), file) == strlen(kOrders));
  if (file != NULL) fclose(file);
  CHECK(tocsin_engine_reload_from_file(engine, path, strlen(path), &error) == TOCSIN_OK);
  alert = poll(engine);
  CHECK(same(tocsin_alert_rule(alert, NULL), "Plenty") && tocsin_alert_change(alert) == TOCSIN_CHANGE_RESOLVED);
  tocsin_alert_free(alert);
  tocsin_engine_free(engine);
}

static void test_forget_and_export(void) {
  tocsin_engine* engine = engine_with_orders();
  tocsin_error* error = NULL;
  tocsin_buffer* json = NULL;
  tocsin_table* table = NULL;
  tocsin_alert* alert;
  uint64_t groups = 7, alerts = 7;
  size_t length = 0;
  CHECK(order(engine, "bob", 4, "paid", 20) == TOCSIN_REASON_NONE);
  tocsin_alert_free(poll(engine));
  CHECK(tocsin_engine_export(engine, "customer", 8, "bob", 3, &json, &error) == TOCSIN_OK);
  CHECK(strstr(tocsin_buffer_data(json, &length), "\"spent\": 60") != NULL);
  CHECK(strstr(tocsin_buffer_data(json, NULL), "\"Spent\"") != NULL &&
        strstr(tocsin_buffer_data(json, NULL), "ann") == NULL);
  CHECK(length == strlen(tocsin_buffer_data(json, NULL)));
  tocsin_buffer_free(json);
  CHECK(tocsin_engine_forget(engine, "customer", 8, "bob", 3, &groups, &alerts, &error) == TOCSIN_OK);
  CHECK(groups == 1 && alerts == 1);
  alert = poll(engine);
  CHECK(tocsin_alert_change(alert) == TOCSIN_CHANGE_RESOLVED && same(tocsin_alert_reason(alert, NULL), "forgotten"));
  tocsin_alert_free(alert);
  CHECK(tocsin_engine_scan(engine, "spent", 5, &table, &error) == TOCSIN_OK && tocsin_table_rows(table) == 2);
  tocsin_table_free(table);
  CHECK(tocsin_engine_forget(engine, "customer", 8, "bob", 3, &groups, NULL, &error) == TOCSIN_OK && groups == 0);
  CHECK(failed_with(tocsin_engine_forget(engine, "country", 7, "bob", 3, &groups, &alerts, &error), TOCSIN_NOT_FOUND,
                    &error, "country"));
  CHECK(failed_with(tocsin_engine_export(engine, "country", 7, "bob", 3, &json, &error), TOCSIN_NOT_FOUND, &error,
                    "country"));
  CHECK(json == NULL);
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
  tocsin_table* table = NULL;
  tocsin_statistics* statistics = NULL;
  tocsin_buffer* buffer = NULL;
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
  CHECK(failed_with(tocsin_engine_lookup(NULL, "m", 1, NULL, 0, &table, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_scan(NULL, "m", 1, &table, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_top(NULL, "m", 1, 1, &table, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_statistics(NULL, &statistics, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_snapshot(NULL, &buffer, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_restore(NULL, "", 0, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_reload_from_file(NULL, "a", 1, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_reload_from_string(NULL, "a", 1, "b", 1, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_forget(NULL, "a", 1, "b", 1, &count, &count, &error), wrong, &error, engine_missing));
  CHECK(failed_with(tocsin_engine_export(NULL, "a", 1, "b", 1, &buffer, &error), wrong, &error, engine_missing));
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
  CHECK(failed_with(tocsin_engine_scan(engine, "m", 1, NULL, &error), wrong, &error, "'table'"));
  CHECK(failed_with(tocsin_engine_statistics(engine, NULL, &error), wrong, &error, "'statistics'"));
  CHECK(failed_with(tocsin_engine_snapshot(engine, NULL, &error), wrong, &error, "'snapshot'"));
  CHECK(failed_with(tocsin_engine_export(engine, "a", 1, "b", 1, NULL, &error), wrong, &error, "'json'"));
  CHECK(failed_with(tocsin_engine_poll_alert(engine, NULL, &error), wrong, &error, "'alert'"));
  CHECK(failed_with(tocsin_engine_poll_dead_letter(engine, NULL, &error), wrong, &error, "'letter'"));
  tocsin_engine_free(engine);

  CHECK(tocsin_alert_json(NULL, NULL) == NULL && tocsin_alert_rule(NULL, NULL) == NULL);
  CHECK(tocsin_alert_severity(NULL, NULL) == NULL && tocsin_alert_summary(NULL, NULL) == NULL);
  CHECK(tocsin_alert_label(NULL, "a", 1, NULL) == NULL && tocsin_alert_reason(NULL, NULL) == NULL);
  CHECK(tocsin_table_rows(NULL) == 0 && tocsin_table_columns(NULL) == 0 && tocsin_table_kind(NULL, 0) == 0);
  CHECK(tocsin_table_name(NULL, 0, NULL) == NULL && tocsin_table_key(NULL, 0, 0, NULL) == NULL);
  CHECK(tocsin_table_text(NULL, 0, NULL) == NULL && tocsin_table_number(NULL, 0) == 0);
  CHECK(tocsin_table_integer(NULL, 0) == 0 && tocsin_buffer_data(NULL, NULL) == NULL);
  CHECK(tocsin_statistics_json(NULL, NULL) == NULL && tocsin_statistics_events(NULL, 0) == 0);
  CHECK(tocsin_statistics_count(NULL, TOCSIN_STATISTIC_GROUPS) == 0);
  CHECK(tocsin_alert_change(NULL) == 0 && tocsin_alert_time_ns(NULL) == 0 && tocsin_alert_seq(NULL) == 0);
  CHECK(tocsin_dead_letter_json(NULL, NULL) == NULL && tocsin_dead_letter_detail(NULL, NULL) == NULL);
  CHECK(tocsin_dead_letter_reason(NULL) == 0 && tocsin_dead_letter_line(NULL) == 0);
  tocsin_engine_free(NULL);
  tocsin_alert_free(NULL);
  tocsin_dead_letter_free(NULL);
  tocsin_table_free(NULL);
  tocsin_statistics_free(NULL);
  tocsin_buffer_free(NULL);
}

int main(int argc, char** argv) {
  test_versions_and_names();
  test_parse_time();
  test_a_config_with_mistakes();
  test_files(argc > 1 ? argv[1] : ".");
  test_the_life_of_an_alert();
  test_pending_changes();
  test_values();
  test_tables();
  test_again_and_severity();
  test_statistics();
  test_statistics_of_patterns();
  test_snapshots();
  test_reload(argc > 1 ? argv[1] : ".");
  test_forget_and_export();
  test_refusals_and_dead_letters();
  test_the_clock();
  test_nulls();
  printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
