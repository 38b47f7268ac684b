"""The same year, delivered in disorder: late, twice, and with 160 corrupt lines mixed in. What becomes of every line is
compared with a reading of the file that knows nothing of Tocsin."""
import bisect
import collections
import gzip
import json
import re
import subprocess

import pytest

from by_definition import seconds, thousandths
from conftest import HERE, data

RULES = HERE / "disordered.yaml"
LATENESS = 5400
REMEMBERED = 2 * 24 * 3600


@pytest.fixture(scope="module")
def disordered():
    return data("online_retail_events_disordered.jsonl.gz")


@pytest.fixture(scope="module")
def lines(disordered):
    with gzip.open(disordered, "rb") as file:
        return file.read().removesuffix(b"\n").split(b"\n")


def fault(line):
    """Why a line is no event, or None."""
    if not line:
        return "empty"
    try:
        record = json.loads(line.decode("utf-8"), parse_constant=lambda word: 1 / 0)
    except UnicodeDecodeError:
        return "encoding"
    except (json.JSONDecodeError, ZeroDivisionError):
        return "malformed"  # cut off, or a NaN, which JSON does not have
    if not isinstance(record, dict):
        return "not_an_object"
    for member in ("type", "time"):
        if member not in record:
            return "missing_" + member
    try:
        seconds(record["time"])
    except ValueError:
        return "bad_time"
    return None


@pytest.fixture(scope="module")
def outcomes(lines):
    """What must become of each line: the reason of its refusal, or None where it is taken."""
    clock = None
    forgotten_at = {}  # id: when the clock has moved past its memory
    found = []
    for line in lines:
        reason = fault(line)
        if reason is None:
            record = json.loads(line)
            at = seconds(record["time"])
            known = forgotten_at.get(record["id"])
            if known is not None and clock < known:
                reason = "duplicate"
            else:
                late = clock is not None and at < clock - LATENESS
                reason = "late" if late else None
                clock = at if clock is None else max(clock, clock if late else at)
                forgotten_at[record["id"]] = clock + REMEMBERED
        found.append(reason)
    return found


def test_the_reading_itself_finds_what_was_put_in(outcomes):
    assert collections.Counter(outcomes) == {
        None: 25762, "duplicate": 494, "late": 138, "malformed": 40, "empty": 20, "encoding": 20, "not_an_object": 20,
        "missing_type": 20, "missing_time": 20, "bad_time": 20,
    }


def test_every_refused_line_is_in_the_dead_letters_with_its_place_and_reason(disordered, lines, outcomes, replay,
                                                                             tmp_path):
    replay(RULES, disordered, "--dead-letters", tmp_path / "letters.jsonl")
    letters = [json.loads(line) for line in open(tmp_path / "letters.jsonl", encoding="utf-8")]
    told = [(letter["line"], letter["reason"]) for letter in letters]
    assert sorted(told) == [(n, reason) for n, reason in enumerate(outcomes, 1) if reason is not None]
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line) + 1)
    for letter in letters:
        assert letter["record"] == lines[letter["line"] - 1].decode("utf-8", "replace")
        assert letter["offset"] == offsets[letter["line"] - 1]
        assert letter["detail"]


def test_the_summary_counts_what_was_taken_and_what_was_refused(disordered, outcomes, tocsin):
    command = [tocsin, "replay", "--rules", RULES, disordered]
    summary = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    lines = re.findall(r"^  (\w+) +([\d,]+)$", summary, re.M)
    counted = {reason: int(count.replace(",", "")) for reason, count in lines}
    expected = collections.Counter("accepted" if reason is None else reason for reason in outcomes)
    assert counted == expected
    assert counted["accepted"] == 25762


def test_what_was_taken_is_what_is_counted(disordered, lines, outcomes, at_the_end):
    taken = [json.loads(line) for line, reason in zip(lines, outcomes) if reason is None]
    sales = sum(thousandths(event["value"]) for event in taken if event["type"] == "purchase")
    assert at_the_end(RULES, disordered, "everything") == {(): "25762"}
    assert thousandths(float(at_the_end(RULES, disordered, "sales")[()])) == sales


def test_events_behind_the_clock_count_in_the_windows_that_still_hold_them(disordered, lines, outcomes, trace):
    taken = [json.loads(line) for line, reason in zip(lines, outcomes) if reason is None]
    clock, times, amounts, expected = 0, [], [], []
    for event in taken:
        at = seconds(event["time"])
        clock = max(clock, at)
        if event["type"] != "purchase":
            continue
        place = bisect.bisect_right(times, at)
        times.insert(place, at)
        amounts.insert(place, thousandths(event["value"]))
        expected.append((clock, sum(amounts[bisect.bisect_right(times, clock - 24 * 3600):])))
    rows = trace(RULES, disordered, "sales_24h")
    assert [(seconds(at), thousandths(float(value))) for at, _, value in rows] == expected
