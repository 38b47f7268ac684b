/* Checks that are printed and counted when they fail, while the rest goes on. For one source file. */
#ifndef TOCSIN_TESTS_CAPI_CHECK_H_
#define TOCSIN_TESTS_CAPI_CHECK_H_

#include <stdio.h>
#include <string.h>

#include "tocsin.h"

static int checks = 0;
static int failures = 0;

#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)

static void check(int holds, const char* text, const char* file, int line) {
  ++checks;
  if (holds) return;
  ++failures;
  printf("%s:%d: failed: %s\n", file, line, text);
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

#endif /* TOCSIN_TESTS_CAPI_CHECK_H_ */
