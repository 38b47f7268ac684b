"""The command, the C ABI and Python say the same, byte for byte, about the same history."""

import os
import random
import subprocess

import pytest

import tocsin
from conftest import refund


def history(seed, count):
    """Refunds of a week in a few countries, about 500 a day in each: some late, some broken, many at one instant."""
    source = random.Random(seed)
    now = 0.0
    for _ in range(count):
        now += source.choice([0, 0, 1, 30, 600])
        late = source.choice([0, 0, 0, 600, 7200])
        second = max(0, int(now - late))
        time = f"2010-12-{1 + second // 86400:02}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}Z"
        country = source.choice(["France", "Spain", "Côte d'Ivoire", "中国", 'a "quoted"\\ one'])
        yield {} if source.random() < 0.01 else refund(time, round(source.expovariate(1 / 4.5), 3), country)


def tool(variable):
    if variable not in os.environ:
        pytest.skip(f"{variable} is not built")
    return os.environ[variable]


@pytest.fixture
def events(write_lines):
    return write_lines(history(seed=5, count=4000))


def python_says(rules, events):
    result = tocsin.replay(rules, events)
    assert len(result.alerts) > 20
    return "".join(alert.to_json() + "\n" for alert in result.alerts).encode()


def test_c(rules, events):
    said = subprocess.run([tool("TOCSIN_C_EXAMPLE"), rules, events], stdout=subprocess.PIPE, check=True).stdout
    assert said == python_says(rules, events)


def test_the_command(rules, events):
    arguments = [tool("TOCSIN_COMMAND"), "replay", "--rules", rules, events]
    assert subprocess.run(arguments, stdout=subprocess.PIPE, check=True).stdout == python_says(rules, events)


def test_dead_letters_of_the_command(rules, events, tmp_path):
    letters = tmp_path / "letters.jsonl"
    arguments = [tool("TOCSIN_COMMAND"), "replay", "--rules", rules, "--dead-letters", letters, events]
    subprocess.run(arguments, stdout=subprocess.PIPE, check=True)
    result = tocsin.replay(rules, events)
    assert len(result.dead_letters) > 20
    assert letters.read_text() == "".join(letter.to_json() + "\n" for letter in result.dead_letters)


def test_with_a_snapshot_in_the_middle(rules, events, tmp_path):
    """Both halves together say what the whole says, wherever it is cut: also between events of one instant."""
    command = tool("TOCSIN_COMMAND")
    lines = events.read_text().splitlines(keepends=True)
    expected = python_says(rules, events)
    for cut in (1, 777, 2000, len(lines) - 1):
        halves = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
        halves[0].write_text("".join(lines[:cut]))
        halves[1].write_text("".join(lines[cut:]))
        snapshot = tmp_path / "snapshot"
        replay = [command, "replay", "--rules", rules, "--quiet"]
        first = subprocess.check_output([*replay, "--snapshot-out", snapshot, halves[0]])
        second = subprocess.check_output([*replay, "--snapshot-in", snapshot, halves[1]])
        assert first + second == expected

        # Python goes on from the command's snapshot.
        engine = tocsin.Engine(rules)
        engine.restore(snapshot.read_bytes())
        engine.ingest_file(halves[1])
        engine.advance_to(engine.now_ns)
        assert "".join(alert.to_json() + "\n" for alert in engine.poll_alerts()).encode() == second
