/*
 * Tocsin in C: customer events in, alert changes out.
 *
 *   tocsin_engine *engine = NULL;
 *   tocsin_error *error = NULL;
 *   if (tocsin_engine_new_from_file("rules.yaml", 10, &engine, &error) != TOCSIN_OK) {
 *     fprintf(stderr, "%s\n", tocsin_error_message(error, NULL));
 *     tocsin_error_free(error);
 *   }
 *   tocsin_engine_ingest_json(engine, record, record_length, &reason, &error);
 *   while (tocsin_engine_poll_alert(engine, &alert, &error) == TOCSIN_OK && alert != NULL) {
 *     puts(tocsin_alert_json(alert, NULL));
 *     tocsin_alert_free(alert);
 *   }
 *   tocsin_engine_free(engine);
 *
 * Conventions:
 *
 *  1. A function that can fail returns a status: TOCSIN_OK, which is 0, or one of the codes below. Its results come
 *     through out-parameters; on failure handles are set to NULL and every other result is left untouched.
 *  2. The last parameter of such a function, `error`, may be NULL. If it is not, *error is set by every call: to NULL
 *     on success, on failure to an object that the caller frees. What it pointed to before is not freed.
 *  3. Text given to a function is a pointer and a length in bytes, UTF-8; no NUL is needed. It is borrowed for the call
 *     only. NULL with length 0 is the empty text.
 *  4. Text handed out belongs to the object it was asked of and lives until that object is freed. It ends in a NUL, and
 *     its length is stored in *length unless `length` is NULL.
 *  5. Whoever is handed an object frees it, with the function of its name; freeing NULL does nothing. No object keeps
 *     another alive, and memory never passes between this library and the caller's malloc and free.
 *
 *       object               freed by                   by several threads
 *       tocsin_engine        tocsin_engine_free         at any time, calls wait for each other; free it when none runs
 *       tocsin_host          tocsin_host_free           while nobody adds to it
 *       tocsin_alert         tocsin_alert_free          at any time, it never changes
 *       tocsin_dead_letter   tocsin_dead_letter_free    at any time, it never changes
 *       tocsin_table         tocsin_table_free          at any time, it never changes
 *       tocsin_statistics    tocsin_statistics_free     at any time, it never changes
 *       tocsin_buffer        tocsin_buffer_free         at any time, it never changes
 *       tocsin_error         tocsin_error_free          at any time, it never changes
 *
 *  6. Times are 64-bit counts of nanoseconds since 1970-01-01T00:00:00Z, years 1678 to 2262. Truth values are int32_t,
 *     0 or 1.
 *  7. Nothing here starts a thread, prints, exits or reads a clock, and nothing calls back but the functions of a
 *     tocsin_host. Several engines are independent. After fork(), a child may use the engines that it creates itself.
 *  8. The library is compatible for as long as tocsin_abi_version() is the same: functions and constants are added,
 *     never changed or removed. Numbers given to constants are never used again for something else. At 0, while the
 *     release is 0.x, a new minor release may still change them.
 *     What does not say since when it is there has been there since 0.1.
 *  9. After TOCSIN_OUT_OF_MEMORY from a call that changes an engine, that engine answers TOCSIN_INTERNAL: free it.
 */
#ifndef TOCSIN_H_
#define TOCSIN_H_

#include <stddef.h>
#include <stdint.h>

#ifndef TOCSIN_API
#if defined(__GNUC__)
#define TOCSIN_API __attribute__((visibility("default")))
#else
#define TOCSIN_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions ---------------------------------------------------------------------------------------------------- */

/* Of this header: major * 1000000 + minor * 1000 + patch. */
#define TOCSIN_VERSION_NUM 1000
/* Of the functions of this header. */
#define TOCSIN_ABI_VERSION 0

/* Of the library that runs: "0.1.0". Lives forever. */
TOCSIN_API const char* tocsin_version(void);
/* The same as TOCSIN_VERSION_NUM counts it. */
TOCSIN_API int32_t tocsin_version_number(void);
/* TOCSIN_ABI_VERSION of the library that runs. */
TOCSIN_API int32_t tocsin_abi_version(void);

/* ---- Status codes and errors ------------------------------------------------------------------------------------- */

#define TOCSIN_OK 0
#define TOCSIN_INVALID_ARGUMENT 1  /* a config with mistakes, keys that are not the metric's, an unwanted NULL */
#define TOCSIN_NOT_FOUND 2         /* a file, a metric */
#define TOCSIN_PERMISSION_DENIED 3 /* a file that may not be read */
#define TOCSIN_DATA_LOSS 4         /* a file that is damaged or ends too soon */
#define TOCSIN_OUT_OF_MEMORY 5
#define TOCSIN_UNSUPPORTED 6
#define TOCSIN_INTERNAL 7 /* anything else; the message says more */

typedef struct tocsin_error tocsin_error;

/* One of the codes above; TOCSIN_OK for NULL. */
TOCSIN_API int32_t tocsin_error_code(const tocsin_error* error);
/* What was wrong, where, and what would be right, for a person; several lines for a config with mistakes. */
TOCSIN_API const char* tocsin_error_message(const tocsin_error* error, size_t* length);

/* A config with mistakes is answered with all of them. How many there are; 0 for an error of another kind. */
TOCSIN_API size_t tocsin_error_count(const tocsin_error* error);
/* Of mistake number `index`, from 0: the file as it was given; NULL beyond the last. */
TOCSIN_API const char* tocsin_error_file(const tocsin_error* error, size_t index, size_t* length);
/* Its line and its column in characters, from 1; 0 when the place is not known, and beyond the last. */
TOCSIN_API int32_t tocsin_error_line(const tocsin_error* error, size_t index);
TOCSIN_API int32_t tocsin_error_column(const tocsin_error* error, size_t index);
/* What is wrong there ("no metric or key named 'refund_24h'"), and what was probably meant ("did you mean
   'refunds_24h'?"), which may be empty; NULL beyond the last. */
TOCSIN_API const char* tocsin_error_detail(const tocsin_error* error, size_t index, size_t* length);
TOCSIN_API const char* tocsin_error_hint(const tocsin_error* error, size_t index, size_t* length);

TOCSIN_API void tocsin_error_free(tocsin_error* error);

/* ---- Engines ----------------------------------------------------------------------------------------------------- */

typedef struct tocsin_engine tocsin_engine;

/* An engine from a config file, or from the text of one; `name` stands for the file in messages.
   TOCSIN_INVALID_ARGUMENT with every mistake when the config is wrong. */
TOCSIN_API int32_t tocsin_engine_new_from_file(const char* path, size_t path_length, tocsin_engine** engine,
                                               tocsin_error** error);
TOCSIN_API int32_t tocsin_engine_new_from_string(const char* yaml, size_t yaml_length, const char* name,
                                                 size_t name_length, tocsin_engine** engine, tocsin_error** error);
TOCSIN_API void tocsin_engine_free(tocsin_engine* engine);

/* ---- Functions of the host in conditions ------------------------------------------------------------------------- */

/* What the host brings along that a config cannot say: pure functions of its own, which conditions call by their names,
   host.risky(refunds_24h). Fill it, give it to any number of engines, and free it whenever it is to be given to no
   more. */
typedef struct tocsin_host tocsin_host;

#define TOCSIN_TYPE_BOOL 1
#define TOCSIN_TYPE_INT 2
#define TOCSIN_TYPE_DOUBLE 3 /* decimals too */
#define TOCSIN_TYPE_STRING 4
#define TOCSIN_TYPE_TIMESTAMP 5
#define TOCSIN_TYPE_DURATION 6

/* A value that a function is given or answers with; its type says which field counts. It never grows. */
typedef struct tocsin_value {
  int64_t has_value;  /* 0 in a result: there is no data; always 1 in an argument */
  int64_t integer;    /* a bool as 0 or 1, an int, the nanoseconds of a timestamp or duration */
  double number;      /* a double */
  const char* text;   /* a string: UTF-8, without a NUL */
  size_t text_length; /* in bytes */
} tocsin_value;

/* Answers in *result, which says "no data" at first, and returns TOCSIN_OK; anything else is a fault of the condition.
   Arguments live during the call. A text in the result must live until this thread calls the function again. It is
   called by whoever calls the engine, during that call: it may not call the same engine (TOCSIN_INTERNAL), nor leave by
   longjmp or an exception; and, with the values of an empty group, by whoever makes or reloads an engine. The same
   arguments must give the same result for as long as the version is the same. */
typedef int32_t (*tocsin_function)(void* data, const tocsin_value* arguments, size_t count, tocsin_value* result);

TOCSIN_API int32_t tocsin_host_new(tocsin_host** host, tocsin_error** error);
/* Adds one for the engines that are made afterwards. `version` is a part of the version of every rule that calls it:
   change it when the function changes. `parameters` are 1 to 8 of TOCSIN_TYPE_... `data` is handed to every call, and
   to `destroy` (unless that is NULL) once nobody can call it any more: when the host and all engines that it was given
   to are freed, or at once when this fails. TOCSIN_INVALID_ARGUMENT for a name that is none (letters, digits, '_') or
   is taken, and for what is no type. */
TOCSIN_API int32_t tocsin_host_add_function(tocsin_host* host, const char* name, size_t name_length,
                                            const char* version, size_t version_length, const int32_t* parameters,
                                            size_t parameter_count, int32_t result, tocsin_function call, void* data,
                                            void (*destroy)(void* data), tocsin_error** error);
TOCSIN_API void tocsin_host_free(tocsin_host* host);

/* tocsin_engine_new_from_file and tocsin_engine_new_from_string with what the host brings, which stays in force when
   the engine is reloaded. `host` may be NULL. */
TOCSIN_API int32_t tocsin_engine_new_from_file_with(const char* path, size_t path_length, const tocsin_host* host,
                                                    tocsin_engine** engine, tocsin_error** error);
TOCSIN_API int32_t tocsin_engine_new_from_string_with(const char* yaml, size_t yaml_length, const char* name,
                                                      size_t name_length, const tocsin_host* host,
                                                      tocsin_engine** engine, tocsin_error** error);

/* ---- Events in --------------------------------------------------------------------------------------------------- */

/* Why a record or event was not taken. */
#define TOCSIN_REASON_NONE 0 /* taken */
#define TOCSIN_REASON_MALFORMED 1
#define TOCSIN_REASON_EMPTY 2
#define TOCSIN_REASON_ENCODING 3
#define TOCSIN_REASON_NOT_AN_OBJECT 4
#define TOCSIN_REASON_MISSING_TYPE 5
#define TOCSIN_REASON_UNKNOWN_TYPE 6
#define TOCSIN_REASON_MISSING_TIME 7
#define TOCSIN_REASON_BAD_TIME 8
#define TOCSIN_REASON_OUT_OF_RANGE 9
#define TOCSIN_REASON_BAD_VALUE 10
#define TOCSIN_REASON_LATE 11
#define TOCSIN_REASON_DUPLICATE 12
#define TOCSIN_REASON_TOO_FAR_AHEAD 13
#define TOCSIN_REASON_IGNORED 14 /* an unknown type that the config says to ignore */

/* "malformed", "bad_time", ...; "accepted" for TOCSIN_REASON_NONE; NULL for a number that is none of them. Lives
   forever. */
TOCSIN_API const char* tocsin_reason_name(int32_t reason);

/* One event as a JSON object. A record that is not taken is not a failure, so that a bad event never stops a stream:
   the status is TOCSIN_OK and *reason (unless `reason` is NULL) says why. */
TOCSIN_API int32_t tocsin_engine_ingest_json(tocsin_engine* engine, const char* record, size_t record_length,
                                             int32_t* reason, tocsin_error** error);
/* Many, one a line; faster than one by one, with the same effect. *accepted (unless NULL) is how many were taken. */
TOCSIN_API int32_t tocsin_engine_ingest_json_lines(tocsin_engine* engine, const char* text, size_t text_length,
                                                   uint64_t* accepted, tocsin_error** error);
/* All lines of a file, also a gzip one; "-" is standard input. When the file cannot be read to its end, what came
   before stands, and *accepted counts it. */
TOCSIN_API int32_t tocsin_engine_ingest_json_file(tocsin_engine* engine, const char* path, size_t path_length,
                                                  uint64_t* accepted, tocsin_error** error);

/* Moves the clock to `time_ns` and closes that instant: what is due until then, and at it, is decided. A time before
   the clock has no effect. After the last event of a history, advance to tocsin_engine_now. */
TOCSIN_API int32_t tocsin_engine_advance_to(tocsin_engine* engine, int64_t time_ns, tocsin_error** error);
/* The clock. *has_time is 0 before the first event and the first advance; *time_ns is then left untouched. */
TOCSIN_API int32_t tocsin_engine_now(tocsin_engine* engine, int64_t* time_ns, int32_t* has_time, tocsin_error** error);

/* One key of a group: {"country", 7, "France", 6}. The value is read as the key's declared type. It never grows. */
typedef struct tocsin_key {
  const char* name;
  size_t name_length;
  const char* value;
  size_t value_length;
} tocsin_key;

/* The value of a metric that is a number, for one group, at the clock. *has_value is 0 when there is none (the mean of
   nothing); *value is then left untouched. TOCSIN_NOT_FOUND for an unknown metric, TOCSIN_INVALID_ARGUMENT for keys
   that are not the metric's, TOCSIN_UNSUPPORTED for a metric that is not a number (see tocsin_engine_lookup). `keys`
   may be NULL when `key_count` is 0. */
TOCSIN_API int32_t tocsin_engine_value(tocsin_engine* engine, const char* metric, size_t metric_length,
                                       const tocsin_key* keys, size_t key_count, double* value, int32_t* has_value,
                                       tocsin_error** error);
/* How many records and events have met that fate since the engine was made; TOCSIN_REASON_NONE: were accepted. */
TOCSIN_API int32_t tocsin_engine_count(tocsin_engine* engine, int32_t reason, uint64_t* count, tocsin_error** error);

/* ---- Values of every kind, by group ------------------------------------------------------------------------------ */

/* Values of one metric: a row for each group, a column for each key of its grouping. Rows and columns count from 0. */
typedef struct tocsin_table tocsin_table;

/* A table of one row: the value for one group, whatever the metric's kind. Fails as tocsin_engine_value does, but for
   the kind. */
TOCSIN_API int32_t tocsin_engine_lookup(tocsin_engine* engine, const char* metric, size_t metric_length,
                                        const tocsin_key* keys, size_t key_count, tocsin_table** table,
                                        tocsin_error** error);
/* Every group of the metric that has been seen, ordered by key. */
TOCSIN_API int32_t tocsin_engine_scan(tocsin_engine* engine, const char* metric, size_t metric_length,
                                      tocsin_table** table, tocsin_error** error);
/* The groups with the largest values, largest first, at most `count`; equal ones ordered by key. Groups without a value
   are left out. TOCSIN_INVALID_ARGUMENT for a metric whose values have no order: texts and truth values. */
TOCSIN_API int32_t tocsin_engine_top(tocsin_engine* engine, const char* metric, size_t metric_length, size_t count,
                                     tocsin_table** table, tocsin_error** error);

/* How many rows and key columns; 0 for NULL. */
TOCSIN_API size_t tocsin_table_rows(const tocsin_table* table);
TOCSIN_API size_t tocsin_table_columns(const tocsin_table* table);
/* The name of a key; NULL beyond the last column. */
TOCSIN_API const char* tocsin_table_name(const tocsin_table* table, size_t column, size_t* length);
/* A row's key, as text; NULL beyond the last row or column. */
TOCSIN_API const char* tocsin_table_key(const tocsin_table* table, size_t row, size_t column, size_t* length);

#define TOCSIN_KIND_NONE 0 /* there is no value, or no such row */
#define TOCSIN_KIND_BOOL 1
#define TOCSIN_KIND_NUMBER 2
#define TOCSIN_KIND_TEXT 3
#define TOCSIN_KIND_TIME 4
#define TOCSIN_KIND_DURATION 5

/* Of a row's value, one of TOCSIN_KIND_... */
TOCSIN_API int32_t tocsin_table_kind(const tocsin_table* table, size_t row);
/* The value of a number; 0 for every other kind. */
TOCSIN_API double tocsin_table_number(const tocsin_table* table, size_t row);
/* The nanoseconds of a time or duration, 0 or 1 of a truth value, a number without its fraction when it fits; 0
   otherwise. */
TOCSIN_API int64_t tocsin_table_integer(const tocsin_table* table, size_t row);
/* A value of any kind as a person reads it: "27.5", "1h30m", "2010-12-01T09:41:00Z", "true". Empty when there is none;
   NULL beyond the last row. */
TOCSIN_API const char* tocsin_table_text(const tocsin_table* table, size_t row, size_t* length);
TOCSIN_API void tocsin_table_free(tocsin_table* table);

/* ---- Statistics -------------------------------------------------------------------------------------------------- */

/* What an engine has done and holds, at one instant. */
typedef struct tocsin_statistics tocsin_statistics;

TOCSIN_API int32_t tocsin_engine_statistics(tocsin_engine* engine, tocsin_statistics** statistics,
                                            tocsin_error** error);

/* What tocsin_engine_count says, of TOCSIN_REASON_...; 0 for a number that is none of them, and for NULL. */
TOCSIN_API uint64_t tocsin_statistics_events(const tocsin_statistics* statistics, int32_t reason);

#define TOCSIN_STATISTIC_GROUPS 1 /* over all groupings */
#define TOCSIN_STATISTIC_ALERT_CHANGES 2
#define TOCSIN_STATISTIC_FIRING 3 /* alerts, now */
#define TOCSIN_STATISTIC_PENDING 4
#define TOCSIN_STATISTIC_FAULTS 5        /* evaluations that ended in one */
#define TOCSIN_STATISTIC_HELD 6          /* events that wait to be put in order */
#define TOCSIN_STATISTIC_IDS 7           /* remembered to know duplicates */
#define TOCSIN_STATISTIC_IDS_FORGOTTEN 8 /* before their time, for want of room */
#define TOCSIN_STATISTIC_BYTES 9         /* of groups, windows, and what patterns, sessions and detectors keep */
#define TOCSIN_STATISTIC_TIMERS 10
#define TOCSIN_STATISTIC_SKIPPED 11            /* events seen but not usable somewhere */
#define TOCSIN_STATISTIC_DERIVED 12            /* matches, closed sessions and alert changes that were made events */
#define TOCSIN_STATISTIC_ATTEMPTS 13           /* of patterns, open */
#define TOCSIN_STATISTIC_ATTEMPTS_UNMATCHED 14 /* ended without a match, since the beginning */
#define TOCSIN_STATISTIC_OPEN_SESSIONS 15
#define TOCSIN_STATISTIC_MEMORY 16 /* bytes, as limits.max_memory counts them; 0 without it */

/* One of TOCSIN_STATISTIC_...; 0 for a number that is none of them, and for NULL. */
TOCSIN_API uint64_t tocsin_statistics_count(const tocsin_statistics* statistics, int32_t statistic);
/* All of it as one JSON object, with each grouping's share and where events were skipped. NULL for NULL. */
TOCSIN_API const char* tocsin_statistics_json(const tocsin_statistics* statistics, size_t* length);
TOCSIN_API void tocsin_statistics_free(tocsin_statistics* statistics);

/* ---- Snapshots, other rules, people who ask to be forgotten ------------------------------------------------------ */

/* Bytes, or a text, that an engine made. */
typedef struct tocsin_buffer tocsin_buffer;

/* Ends in a NUL, which *length does not count. NULL for NULL. */
TOCSIN_API const char* tocsin_buffer_data(const tocsin_buffer* buffer, size_t* length);
TOCSIN_API void tocsin_buffer_free(tocsin_buffer* buffer);

/* Everything that the engine's future depends on, as bytes for engines of the same config and a machine with the same
   order of bytes. What waits to be polled is no part of it: poll first. */
TOCSIN_API int32_t tocsin_engine_snapshot(tocsin_engine* engine, tocsin_buffer** snapshot, tocsin_error** error);
/* Replaces the state by that of a snapshot, and goes on byte for byte as the engine that it was taken of would have.
   What waits to be polled stays. TOCSIN_INVALID_ARGUMENT, and nothing has changed, for bytes that are damaged or of an
   engine with another config. */
TOCSIN_API int32_t tocsin_engine_restore(tocsin_engine* engine, const char* snapshot, size_t snapshot_length,
                                         tocsin_error** error);

/* Goes on under another config. Metrics of unchanged definition keep what they hold, alerts of rules with the same
   name, labels and grouping live on, those of others end with reason "rule_removed". A config with mistakes changes
   nothing: TOCSIN_INVALID_ARGUMENT with all of them. */
TOCSIN_API int32_t tocsin_engine_reload_from_file(tocsin_engine* engine, const char* path, size_t path_length,
                                                  tocsin_error** error);
TOCSIN_API int32_t tocsin_engine_reload_from_string(tocsin_engine* engine, const char* yaml, size_t yaml_length,
                                                    const char* name, size_t name_length, tocsin_error** error);

/* Forgets everybody who has this value of a key: their groups go, and their alerts end with reason "forgotten". *groups
   and *alerts (unless NULL) are how many there were. TOCSIN_NOT_FOUND when nothing is grouped by the key. */
TOCSIN_API int32_t tocsin_engine_forget(tocsin_engine* engine, const char* key, size_t key_length, const char* value,
                                        size_t value_length, uint64_t* groups, uint64_t* alerts, tocsin_error** error);
/* All that tocsin_engine_forget would remove, as one JSON object. */
TOCSIN_API int32_t tocsin_engine_export(tocsin_engine* engine, const char* key, size_t key_length, const char* value,
                                        size_t value_length, tocsin_buffer** json, tocsin_error** error);

/* ---- Alert changes ----------------------------------------------------------------------------------------------- */

/* An alert began, fired, was seen again, changed its severity or ended. Changes wait in the engine, in order, until
   they are polled. None is ever dropped, so an engine that nobody polls grows. */
typedef struct tocsin_alert tocsin_alert;

#define TOCSIN_CHANGE_PENDING 1   /* the condition began to hold; `for` is running */
#define TOCSIN_CHANGE_FIRING 2    /* the alert fires */
#define TOCSIN_CHANGE_RESOLVED 3  /* it has ended */
#define TOCSIN_CHANGE_CANCELLED 4 /* it ended while pending */
#define TOCSIN_CHANGE_AGAIN 5     /* while it fires, one more of the events that its rule looks for has come */
#define TOCSIN_CHANGE_SEVERITY 6  /* while it fires, its severity has changed */

/* "pending", "firing", ...; NULL for a number that is none of them. Lives forever. */
TOCSIN_API const char* tocsin_change_name(int32_t change);

/* Pending and cancelled changes wait to be polled only while `wanted` is 1; at first it is 0. */
TOCSIN_API int32_t tocsin_engine_want_pending(tocsin_engine* engine, int32_t wanted, tocsin_error** error);
/* Takes the first change that waits; *alert is NULL when there is none. Never blocks for one. */
TOCSIN_API int32_t tocsin_engine_poll_alert(tocsin_engine* engine, tocsin_alert** alert, tocsin_error** error);

/* The change as one line of JSON, byte for byte what the command writes, without a newline. NULL for NULL. */
TOCSIN_API const char* tocsin_alert_json(const tocsin_alert* alert, size_t* length);
/* One of TOCSIN_CHANGE_...; 0 for NULL. */
TOCSIN_API int32_t tocsin_alert_change(const tocsin_alert* alert);
/* The instant of the change, by the engine's clock; 0 for NULL. */
TOCSIN_API int64_t tocsin_alert_time_ns(const tocsin_alert* alert);
/* Counts the changes of its engine from 1, those not waited for included; 0 for NULL. */
TOCSIN_API uint64_t tocsin_alert_seq(const tocsin_alert* alert);
/* The rule's name, its severity and the rendered summary; the last two are empty where the rule has none. NULL for
   NULL. */
TOCSIN_API const char* tocsin_alert_rule(const tocsin_alert* alert, size_t* length);
TOCSIN_API const char* tocsin_alert_severity(const tocsin_alert* alert, size_t* length);
TOCSIN_API const char* tocsin_alert_summary(const tocsin_alert* alert, size_t* length);
/* Why it ended, where that is not because its condition has: "rule_removed", "group_expired", "forgotten", ...; empty
   otherwise. NULL for NULL. */
TOCSIN_API const char* tocsin_alert_reason(const tocsin_alert* alert, size_t* length);
/* The value of a label; NULL when the alert has no label of that name. */
TOCSIN_API const char* tocsin_alert_label(const tocsin_alert* alert, const char* name, size_t name_length,
                                          size_t* length);
TOCSIN_API void tocsin_alert_free(tocsin_alert* alert);

/* ---- Dead letters ------------------------------------------------------------------------------------------------ */

/* A record that was not taken, with where it stood and why. */
typedef struct tocsin_dead_letter tocsin_dead_letter;

/* At most `limit` dead letters wait to be polled; at first 0. What comes when that many wait is still counted by
   reason, but not kept. */
TOCSIN_API int32_t tocsin_engine_keep_dead_letters(tocsin_engine* engine, size_t limit, tocsin_error** error);
/* Takes the first that waits; *letter is NULL when there is none. */
TOCSIN_API int32_t tocsin_engine_poll_dead_letter(tocsin_engine* engine, tocsin_dead_letter** letter,
                                                  tocsin_error** error);

/* As one line of JSON, byte for byte what the command writes, without a newline. NULL for NULL. */
TOCSIN_API const char* tocsin_dead_letter_json(const tocsin_dead_letter* letter, size_t* length);
/* One of TOCSIN_REASON_...; 0 for NULL. */
TOCSIN_API int32_t tocsin_dead_letter_reason(const tocsin_dead_letter* letter);
/* Its line in the text or file that was ingested, from 1; 0 for NULL. */
TOCSIN_API uint64_t tocsin_dead_letter_line(const tocsin_dead_letter* letter);
/* Why, for a person. NULL for NULL. */
TOCSIN_API const char* tocsin_dead_letter_detail(const tocsin_dead_letter* letter, size_t* length);
TOCSIN_API void tocsin_dead_letter_free(tocsin_dead_letter* letter);

/* ---- Helpers ----------------------------------------------------------------------------------------------------- */

/* Reads an RFC 3339 time, "2010-12-01T09:41:00Z". TOCSIN_INVALID_ARGUMENT when it is none. */
TOCSIN_API int32_t tocsin_parse_time(const char* text, size_t text_length, int64_t* time_ns, tocsin_error** error);

#ifdef __cplusplus
}
#endif

#endif /* TOCSIN_H_ */
