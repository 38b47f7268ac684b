import gzip
import json

import pytest

import tocsin
from conftest import refund

HISTORY = [
    refund("2010-12-01T09:41:00Z", 612.5),
    refund("2010-12-01T10:00:00Z", 20, "Spain"),
    "nonsense",
    refund("2010-12-01T10:41:00Z", 1, "Spain"),
]


def changes(result):
    return [(alert.change, alert.labels["country"], alert.to_dict()["time"]) for alert in result.alerts]


FIRED = ("firing", "France", "2010-12-01T10:41:00Z")


def test_records(rules):
    result = tocsin.replay(rules, HISTORY)
    assert changes(result) == [FIRED]  # due exactly at the last event, whose instant is closed
    assert result.statistics["events"]["accepted"] == 3
    assert [letter.record for letter in result.dead_letters] == [b"nonsense"]


def test_until(rules):
    result = tocsin.replay(rules, HISTORY, until="2010-12-02T09:41:00Z")
    assert changes(result) == [FIRED, ("resolved", "France", "2010-12-02T09:41:00Z")]


def test_pending(rules):
    result = tocsin.replay(str(rules), HISTORY, pending=True)
    assert changes(result) == [("pending", "France", "2010-12-01T09:41:00Z"), FIRED]


def test_nothing_at_all(rules):
    result = tocsin.replay(rules, [])
    assert result.alerts == [] and result.dead_letters == []


def test_files_and_records_give_the_same(rules, tmp_path):
    text = "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in HISTORY)
    plain, packed = tmp_path / "events.jsonl", tmp_path / "events.jsonl.gz"
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    expected = [alert.to_json() for alert in tocsin.replay(rules, HISTORY).alerts]
    for events in (plain, packed, str(plain), text.splitlines(), (line.encode() for line in text.splitlines())):
        assert [alert.to_json() for alert in tocsin.replay(rules, events).alerts] == expected


def test_a_file_that_ends_too_soon(rules, tmp_path):
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(HISTORY[0]).encode())[:-12])
    with pytest.raises(tocsin.FileError, match="events.jsonl.gz"):
        tocsin.replay(rules, path)
