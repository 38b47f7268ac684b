/* What a host does with Tocsin in C, as short as it can be. */
#include <stdio.h>
#include <string.h>

#include <tocsin.h>

int main(int argc, char** argv) {
  static const char lines[] =
      "{\"type\":\"refund\",\"time\":\"2020-09-13T12:26:40Z\",\"country\":\"France\",\"amount\":450}\n"
      "{\"type\":\"refund\",\"time\":\"2020-09-13T12:26:40Z\",\"country\":\"France\",\"amount\":162.5}\n";
  tocsin_engine* engine = NULL;
  tocsin_error* error = NULL;
  tocsin_alert* alert = NULL;
  tocsin_key key = {"country", 7, "France", 6};
  double value = 0;
  int32_t has_value = 0;

  if (argc != 2) return 2;
  if (tocsin_engine_new_from_file(argv[1], strlen(argv[1]), &engine, &error) != TOCSIN_OK ||
      tocsin_engine_ingest_json_lines(engine, lines, sizeof lines - 1, NULL, &error) != TOCSIN_OK) {
    fprintf(stderr, "%s\n", tocsin_error_message(error, NULL));
    return 1;
  }
  while (tocsin_engine_poll_alert(engine, &alert, NULL) == TOCSIN_OK && alert != NULL) {
    printf("%s: %s\n", tocsin_alert_rule(alert, NULL), tocsin_alert_summary(alert, NULL));
    tocsin_alert_free(alert);
  }
  if (tocsin_engine_value(engine, "refunds_24h", 11, &key, 1, &value, &has_value, NULL) == TOCSIN_OK && has_value) {
    printf("refunds_24h = %g\n", value);
  }
  tocsin_engine_free(engine);
  return 0;
}
