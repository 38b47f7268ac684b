"""docs/c.md says what is so: its programs compile without a warning, run, and do what the page says."""

import os
import pathlib
import re
import subprocess

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/c.md"

RULES = """
version: 1
events: {refund: {amount: double}}
metrics: {refunds_24h: {event: refund, aggregate: sum(amount), window: 24h}}
rules: {Risky: {when: host.risky(refunds_24h), warm_up: ignore}}
"""
MAIN = """
#include <stdio.h>
int main(void) {
  static const char record[] =
      "{\\"type\\": \\"refund\\", \\"time\\": \\"2010-12-01T09:41:00Z\\", \\"amount\\": 612.5}";
  tocsin_error *error = NULL;
  tocsin_engine *engine = engine_with_risky("rules.yaml", &error);
  tocsin_alert *alert = NULL;
  tocsin_engine_ingest_json(engine, record, strlen(record), NULL, NULL);
  tocsin_engine_poll_alert(engine, &alert, NULL);
  printf("%s\\n", tocsin_alert_rule(alert, NULL));
  tocsin_alert_free(alert);
  tocsin_engine_free(engine);
  return 0;
}
"""


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.M | re.S)


def run(text, folder, *more):
    source, program = folder / "program.c", folder / "program"
    source.write_text(text)
    library = pathlib.Path(os.environ["TOCSIN_LIBRARY"])
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c99", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", *more, str(source),
         f"-I{PAGE.parents[1] / 'capi'}", str(library), f"-Wl,-rpath,{library.parent}", *os.environ["CFLAGS"].split(),
         "-o", str(program)], check=True)
    return subprocess.run([str(program)], check=True, stdout=subprocess.PIPE, cwd=folder).stdout.decode()


def test_the_tour(tmp_path):
    assert run(blocks("c")[0], tmp_path) == blocks("text")[0]


def test_functions_of_the_host(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES)
    assert run(blocks("c")[1] + MAIN, tmp_path) == "Risky\n"
