"""Adds up what a run of ctest passed and failed: "N passed, M failed".

A test of ctest may be many: what Catch2 or pytest said of its own cases at the end of the output counts instead of 1.

    summary.py RESULTS.xml        (of ctest --output-junit)
"""

import re
import sys
import xml.etree.ElementTree

CATCH_ALL = re.compile(r"^All tests passed \([^)]* in (\d+) test cases?\)", re.MULTILINE)
CATCH_SOME = re.compile(r"^test cases: +\d+ \|(.*)$", re.MULTILINE)
PYTEST = re.compile(r"^=* ?((?:\d+ [a-z]+(?:, )?)+) in [\d.:a-z ()]+=*$", re.MULTILINE)
COUNT = re.compile(r"(\d+) (passed|failed|errors?)")


def cases(output):
    """What the program itself said: (passed, failed), or None where it said nothing."""
    if said := CATCH_ALL.findall(output):
        return int(said[-1]), 0
    said = CATCH_SOME.findall(output) or PYTEST.findall(output)
    if not said:
        return None
    passed = failed = 0
    for count, word in COUNT.findall(said[-1]):
        if word == "passed":
            passed += int(count)
        else:
            failed += int(count)
    return passed, failed


def summarize(path):
    passed = failed = 0
    for test in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        status = test.get("status")
        if status in ("disabled", "notrun") and test.find("failure") is None:
            continue
        own = cases(test.findtext("system-out") or "")
        if status == "run":
            passed += own[0] if own else 1
            failed += own[1] if own else 0
        else:  # at least one failed, whatever was said before a crash
            passed += own[0] if own else 0
            failed += max(1, own[1] if own else 0)
    return passed, failed


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: summary.py RESULTS.xml")
    passed, failed = summarize(sys.argv[1])
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
