/*
 * Replays a history through the C ABI: reads rules and a file of events, prints what would have fired, one JSON object
 * a line.
 *
 *   tocsin_example_c RULES.yaml EVENTS.jsonl[.gz]
 *
 * How many records were taken, and what became of the others, goes to standard error.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <tocsin.h>

static int fail(tocsin_error* error) {
  fprintf(stderr, "%s\n", tocsin_error_message(error, NULL));
  tocsin_error_free(error);
  return 1;
}

/* Prints the alert changes that wait. A server would do this after each batch of events. */
static int print_alerts(tocsin_engine* engine) {
  tocsin_error* error = NULL;
  tocsin_alert* alert = NULL;
  for (;;) {
    if (tocsin_engine_poll_alert(engine, &alert, &error) != TOCSIN_OK) return fail(error);
    if (alert == NULL) return 0;
    puts(tocsin_alert_json(alert, NULL));
    tocsin_alert_free(alert);
  }
}

static int print_counts(tocsin_engine* engine) {
  tocsin_error* error = NULL;
  uint64_t count = 0;
  int32_t reason;
  for (reason = TOCSIN_REASON_NONE; tocsin_reason_name(reason) != NULL; ++reason) {
    if (tocsin_engine_count(engine, reason, &count, &error) != TOCSIN_OK) return fail(error);
    if (count != 0) fprintf(stderr, "%12" PRIu64 " %s\n", count, tocsin_reason_name(reason));
  }
  return 0;
}

static int replay(tocsin_engine* engine, const char* events) {
  tocsin_error* error = NULL;
  int64_t now = 0;
  int32_t has_now = 0;
  if (tocsin_engine_ingest_json_file(engine, events, strlen(events), NULL, &error) != TOCSIN_OK) return fail(error);
  /* The last event's instant is still open. Closing it decides what is due exactly then. */
  if (tocsin_engine_now(engine, &now, &has_now, &error) != TOCSIN_OK) return fail(error);
  if (has_now && tocsin_engine_advance_to(engine, now, &error) != TOCSIN_OK) return fail(error);
  return print_alerts(engine) != 0 || print_counts(engine) != 0;
}

int main(int argc, char** argv) {
  tocsin_error* error = NULL;
  tocsin_engine* engine = NULL;
  int status;
  if (argc != 3) {
    fprintf(stderr, "usage: %s RULES.yaml EVENTS.jsonl\n", argv[0]);
    return 2;
  }
  if (tocsin_engine_new_from_file(argv[1], strlen(argv[1]), &engine, &error) != TOCSIN_OK) return fail(error);
  status = replay(engine, argv[2]);
  tocsin_engine_free(engine);
  return status;
}
