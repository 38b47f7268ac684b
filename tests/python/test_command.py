"""What the command says and with which status it ends."""

import json
import os
import subprocess

import pytest

from conftest import RULES, refund
from test_same_bytes import tool

CONFIG = """\
version: 1
events:
  order: {customer: string, state: string, amount: double}
  paid: {customer: string}
keys:
  state: {expire_after: 30d}
metrics:
  big: {event: order, where: amount > 1000, aggregate: count, window: 1h, by: [customer], resolution: 1m}
  idle: {event: order, aggregate: time_since, by: [customer]}
  last_20: {event: order, aggregate: mean(amount), last: 20, by: [state]}
  orders: {event: order, aggregate: count, window: 1h, resolution: exact}
  ratio: {value: big / orders, every: 1h}
  spent: {event: order, aggregate: sum(amount), by: [customer]}
  state_of: {event: order, aggregate: last(state), by: [customer, state]}
rules:
  Big: {event: order, resolve_event: paid, when: event.amount > 100, by: [customer]}
  Idle: {when: idle > days(60) && spent > 100, every: 1h}
"""


def command(*arguments):
    return subprocess.run([tool("TOCSIN_COMMAND"), *map(str, arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", check=False)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "orders.yaml"
    path.write_text(CONFIG)
    return path


def test_check_says_what_the_plan_is(config):
    done = command("check", config)
    assert done.returncode == 0 and done.stderr == ""
    said = {tuple(line.split()[:2]): line.split(None, 2)[2] for line in done.stdout.splitlines()[1:]}
    assert said["metric", "big"] == "count by customer, last 1h, slices of 1m"
    assert said["metric", "idle"] == "time_since by customer, all time"
    assert said["metric", "last_20"] == "mean(amount) by state, last 20 events"
    assert said["metric", "orders"] == "count over all, last 1h, exact"
    assert said["metric", "ratio"] == "big / orders by customer, an expression, every 1h"
    assert said["rule", "Big"].startswith("by customer, at each order, until paid, version ")
    assert said["rule", "Idle"].startswith("by customer, reads idle, spent, every 1h, version ")
    # by state and by customer and state: a key of theirs expires
    warnings = [line for line in done.stdout.splitlines() if line.startswith("  warning")]
    assert warnings == ["  warning by customer          idle, spent are kept for ever: no key has 'expire_after'"]


def lines(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def order(time, customer, amount, state="new"):
    return {"type": "order", "time": time, "customer": customer, "state": state, "amount": amount}


def test_a_trace_of_every_kind(config, tmp_path):
    events = lines(tmp_path / "e.jsonl", order("2010-12-01T09:00:00Z", "ann", 5, 'a "b", c'),
                   order("2010-12-01T10:30:00Z", "bob", 2000))

    def trace(metric, at):
        done = command("replay", "--rules", config, events, "--trace", metric, "--trace-at", at, "--quiet",
                       "--until", "2010-12-01T11:00:00Z")
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    assert trace("state_of", "event")[:2] == [
        "time,metric,customer,state,value",
        '2010-12-01T09:00:00Z,state_of,ann,"a ""b"", c","a ""b"", c"']
    assert trace("idle", "1h")[-2:] == [
        "2010-12-01T11:00:00Z,idle,ann,2h", "2010-12-01T11:00:00Z,idle,bob,30m"]
    assert trace("big", "1h")[-1] == "2010-12-01T11:00:00Z,big,bob,1"
    # No group begins with an event that the metric does not take.
    lines(events, {**order("2010-12-01T09:00:00Z", "ann", 5), "amount": None})
    assert trace("last_20", "1h") == ["time,metric,state,value"]


def test_snapshots_that_cannot_be(config, rules, tmp_path):
    events = lines(tmp_path / "e.jsonl", refund("2010-12-01T09:41:00Z", 1))
    replay = ["replay", "--rules", rules, events, "--quiet"]
    snapshot = tmp_path / "snapshot"
    assert command(*replay, "--snapshot-out", snapshot).returncode == 0
    assert list(tmp_path.glob("*.part")) == []

    done = command(*replay, "--snapshot-in", tmp_path / "none")
    assert done.returncode == 3 and "none" in done.stderr and done.stdout == ""
    done = command(*replay, "--snapshot-out", tmp_path / "no" / "such")
    assert done.returncode == 3 and "such" in done.stderr
    done = command("replay", "--rules", config, events, "--quiet", "--snapshot-in", snapshot)
    assert done.returncode == 1 and "other rules" in done.stderr and str(snapshot) in done.stderr

    # A replay that fails leaves the old snapshot, whole.
    before = snapshot.read_bytes()
    done = command("replay", "--rules", rules, tmp_path / "no_events", "--quiet", "--snapshot-out", snapshot)
    assert done.returncode == 3 and snapshot.read_bytes() == before
    assert list(tmp_path.glob("*.part")) == []

    damaged = bytearray(before)
    damaged[len(damaged) // 2] ^= 1
    snapshot.write_bytes(damaged)
    done = command(*replay, "--snapshot-in", snapshot)
    assert done.returncode == 1 and "damaged" in done.stderr


def test_a_snapshot_goes_in_and_out_under_one_name(rules, tmp_path):
    snapshot = tmp_path / "snapshot"
    said = ""
    for hour, more in ((9, []), (10, ["--snapshot-in", snapshot]), (11, ["--snapshot-in", snapshot])):
        events = lines(tmp_path / "e.jsonl", refund(f"2010-12-01T{hour:02}:41:00Z", 300))
        done = command("replay", "--rules", rules, events, "--pending", *more, "--snapshot-out", snapshot)
        assert done.returncode == 0
        assert "1 records" in done.stderr  # of this run
        said += done.stdout
    assert [json.loads(line)["change"] for line in said.splitlines()] == ["pending"]
    # With --until the instant is closed, also before a snapshot.
    done = command("replay", "--rules", rules, lines(tmp_path / "none.jsonl"), "--snapshot-in", snapshot,
                   "--snapshot-out", snapshot, "--until", "2010-12-01T11:41:00Z", "--quiet")
    assert [json.loads(line)["change"] for line in done.stdout.splitlines()] == ["firing"]


def test_the_summary_says_what_is_held(tmp_path):
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES.replace("allowed_lateness: 1h", "allowed_lateness: 1h, deduplicate: 1d, reorder: 10m"))
    event = {**refund("2010-12-01T09:41:00Z", 1), "id": "a"}
    events = lines(tmp_path / "e.jsonl", event, event, {**refund("2010-12-01T09:52:00Z", 1), "id": "b"})
    done = command("replay", "--rules", rules, events)
    assert done.returncode == 0
    said = [line.split() for line in done.stderr.splitlines()]
    assert ["accepted", "2"] in said and ["duplicate", "1"] in said
    assert "2 ids remembered, to know duplicates" in done.stderr.splitlines()
    assert any(line[:4] == ["by", "country", "1", "group"] and line[5] == "kB" for line in said)
    assert any(line[0] == "windows" for line in said)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["check"], ["explain", "Idle", "--rules"]])
def test_a_full_disk_is_told(config, arguments):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([tool("TOCSIN_COMMAND"), *arguments, str(config)], stdout=full, stderr=subprocess.PIPE,
                              encoding="utf-8", check=False)
    assert done.returncode == 3
    assert done.stderr == "tocsin: writing standard output failed: the disk is full, or who read it has gone\n"


def test_of_a_file_that_is_not_there_nothing_else_is_told(config, tmp_path):
    done = command("replay", "--rules", config, tmp_path / "orders.jsonl")
    assert done.returncode == 3
    assert done.stderr == f"tocsin: there is no file '{tmp_path / 'orders.jsonl'}'\n"


def test_where_a_trace_goes_needs_a_trace(config):
    done = command("replay", "--rules", config, "--trace-at", "1h", "-")
    assert done.returncode == 2 and "--trace" in done.stderr


def test_check_shows_what_conditions_make_of_metrics(tmp_path):
    path = tmp_path / "visits.yaml"
    path.write_text("""\
version: 1
events: {visit: {customer: string}}
metrics:
  visits_in_the_last_hour: {event: visit, aggregate: count, window: 1h}
rules:
  Odd: {when: "anomaly(visits_in_the_last_hour, days(7)) > 4"}
  More: {when: "visits_in_the_last_hour > 2 * previous(visits_in_the_last_hour, days(1))"}
""")
    said = command("check", path).stdout.splitlines()
    metrics = [line for line in said if line.startswith("  metric")]
    assert metrics == [
        "  metric  previous(visits_in_the_last_hour, 1d) count over all, last 1h as it was then, "
        "slices of 2s where crowded",
        "  metric  visits_in_the_last_hour count over all, last 1h, slices of 2s where crowded",
    ]
