import datetime
import decimal
import threading

import pytest

import tocsin
from conftest import RULES, refund

UTC = datetime.timezone.utc
T0941 = datetime.datetime(2010, 12, 1, 9, 41, tzinfo=UTC)
HOUR = datetime.timedelta(hours=1)


def ns(time):
    return int((time - datetime.datetime(1970, 1, 1, tzinfo=UTC)) / datetime.timedelta(microseconds=1)) * 1000


def test_the_life_of_an_alert(engine):
    assert engine.now is None and engine.now_ns is None
    assert engine.ingest(refund(T0941, 612.5)) is None
    assert engine.now == T0941 and engine.now_ns == ns(T0941)
    engine.advance_to(T0941 + HOUR - datetime.timedelta(microseconds=1))
    assert engine.poll_alerts() == []
    engine.advance_to(T0941 + HOUR)
    (alert,) = engine.poll_alerts()
    assert engine.poll_alerts() == []
    assert alert.change == "firing"
    assert alert.rule == "RefundSpike"
    assert alert.severity == "critical"
    assert alert.labels == {"country": "France", "department": "finance"}
    assert alert.time == alert.fired_at == T0941 + HOUR
    assert alert.time_ns == alert.fired_at_ns == ns(T0941 + HOUR)
    assert alert.active_at == T0941 and alert.active_at_ns == ns(T0941)
    assert alert.resolved_at is None and alert.resolved_at_ns is None
    assert alert.values == {"refunds_24h": 612.5}
    assert alert.seq == 2  # the pending one was counted
    assert alert.summary == "Refunds of 612.50 in France"
    assert alert.version
    assert alert.to_dict()["fired_at"] == "2010-12-01T10:41:00Z"
    assert alert.to_dict()["values"] == {"refunds_24h": 612.5}
    assert repr(alert) == "<tocsin.Alert firing RefundSpike country=France department=finance at 2010-12-01T10:41:00Z>"

    engine.advance_to(T0941 + 24 * HOUR)
    (alert,) = engine.poll_alerts()
    assert alert.change == "resolved" and alert.resolved_at == T0941 + 24 * HOUR


def test_pending_changes_are_told_when_asked_for():
    engine = tocsin.Engine.from_yaml(RULES, pending=True)
    engine.ingest(refund(T0941, 612.5))
    assert [alert.change for alert in engine.poll_alerts()] == ["pending"]


@pytest.mark.parametrize(
    "time",
    [
        T0941,
        T0941.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30))),
        T0941.astimezone(datetime.timezone(datetime.timedelta(minutes=53, seconds=28))),  # no RFC 3339 offset
        "2010-12-01T09:41:00Z",
        "2010-12-01T10:41:00+01:00",
    ],
)
def test_times_that_mean_the_same(engine, time):
    assert engine.ingest(refund(time, 1)) is None
    assert engine.now == T0941
    engine.advance_to(time)
    assert engine.now == T0941


def test_advance_to_takes_nanoseconds(engine):
    engine.advance_to(ns(T0941) + 1)
    assert engine.now_ns == ns(T0941) + 1
    assert engine.now == T0941


def test_times_before_1970_are_rounded_down(engine):
    engine.advance_to(-1)
    assert engine.now == datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def test_a_datetime_without_a_zone_is_not_guessed(engine):
    with pytest.raises(tocsin.ArgumentError, match="time zone"):
        engine.ingest(refund(datetime.datetime(2010, 12, 1), 1))
    with pytest.raises(tocsin.ArgumentError, match="time zone"):
        engine.advance_to(datetime.datetime(2010, 12, 1))
    assert engine.now is None


def test_a_time_that_is_none(engine):
    with pytest.raises(tocsin.ArgumentError, match="2010-13-01"):
        engine.advance_to("2010-13-01")


@pytest.mark.parametrize("form", ["dict", "str", "bytes", "mapping"])
def test_the_same_record_in_every_form(engine, form):
    import json
    import types

    record = refund("2010-12-01T09:41:00Z", 612.5, "Côte d'Ivoire")
    given = {
        "dict": record,
        "str": json.dumps(record),
        "bytes": json.dumps(record, ensure_ascii=False).encode(),
        "mapping": types.MappingProxyType(record),
    }[form]
    assert engine.ingest(given) is None
    assert engine.value("refunds_24h", country="Côte d'Ivoire") == 612.5


def test_numbers_that_are_not_pythons_own(engine):
    class Scalar:  # as NumPy's are
        ndim = 0

        def item(self):
            return 2.5

    assert engine.ingest(refund(T0941, decimal.Decimal("27.500"))) is None
    assert engine.ingest(refund(T0941, Scalar())) is None
    assert engine.value("refunds_24h", country="France") == 30.0
    with pytest.raises(tocsin.ArgumentError, match="more digits"):
        engine.ingest(refund(T0941, decimal.Decimal("0.12345678901234567890")))
    with pytest.raises(TypeError, match="set"):
        engine.ingest(refund(T0941, {1, 2}))


def test_a_duration_comes_back_as_it_was_given():
    engine = tocsin.Engine.from_yaml("""
version: 1
events: {call: {waited: duration}}
metrics: {longest: {event: call, aggregate: max(waited)}}
""")
    waited = datetime.timedelta(minutes=3, milliseconds=1)
    assert engine.ingest({"type": "call", "time": T0941, "waited": waited}) is None
    assert engine.value("longest") == waited
    with pytest.raises(tocsin.ArgumentError, match="whole milliseconds"):
        engine.ingest({"type": "call", "time": T0941, "waited": datetime.timedelta(microseconds=1)})
    refusal = engine.ingest({"type": "call", "time": T0941, "waited": -waited})
    assert refusal.reason == "bad_value" and "negative" in refusal.detail


@pytest.mark.parametrize("what", [None, 3, ["refund"]])
def test_what_is_no_record(engine, what):
    with pytest.raises(TypeError, match="a record is a mapping"):
        engine.ingest(what)


@pytest.mark.parametrize(
    "record, reason",
    [
        ("nonsense", "malformed"),
        ("", "empty"),
        (b"\xff", "encoding"),
        ('"\ud800"', "encoding"),
        ("[]", "not_an_object"),
        ({}, "missing_type"),
        ({"type": "sale", "time": T0941}, "unknown_type"),
        ({"type": "refund"}, "missing_time"),
        ({"type": "refund", "time": "soon"}, "bad_time"),
        (refund(T0941, "much"), "bad_value"),
    ],
)
def test_refusals(engine, record, reason):
    refusal = engine.ingest(record)
    assert refusal.reason == reason
    assert refusal.detail
    assert engine.statistics["events"][reason] == 1
    assert engine.statistics["events"]["accepted"] == 0
    (letter,) = engine.poll_dead_letters()
    assert letter.reason == reason and letter.to_dict()["reason"] == reason
    assert engine.poll_dead_letters() == []


def test_dead_letters_are_bounded():
    engine = tocsin.Engine.from_yaml(RULES, max_dead_letters=2)
    assert engine.ingest_lines("one\ntwo\nthree\n") == 0
    letters = engine.poll_dead_letters()
    assert [(letter.line, letter.record) for letter in letters] == [(1, b"one"), (2, b"two")]
    assert engine.statistics["events"]["malformed"] == 3
    assert repr(letters[0]).startswith("<tocsin.DeadLetter malformed in line 1: ")


def test_ingest_many(engine):
    records = [refund(T0941 + i * datetime.timedelta(seconds=1), 1) for i in range(2000)]
    records[700] = "nonsense"
    assert engine.ingest_many(iter(records)) == 1999
    assert engine.value("refunds_24h", country="France") == 1999


def test_ingest_many_keeps_what_came_before_a_record_that_cannot_be(engine):
    with pytest.raises(TypeError):
        engine.ingest_many([refund(T0941, 1), refund(T0941, 2), refund(T0941, object()), refund(T0941, 4)])
    assert engine.value("refunds_24h", country="France") == 3


def test_ingest_file(engine, write_lines):
    path = write_lines([refund("2010-12-01T09:41:00Z", 1), {}, refund("2010-12-01T09:42:00Z", 2)])
    assert engine.ingest_file(path) == 2
    assert engine.ingest_file(str(path)) == 2
    with pytest.raises(tocsin.FileError, match="no/such") as caught:
        engine.ingest_file("no/such.jsonl")
    assert isinstance(caught.value, OSError)


def test_values(engine):
    assert engine.value("mean_refund") is None
    assert engine.value("refunds_24h", country="France") == 0.0
    engine.ingest(refund(T0941, 612.5))
    assert engine.value("mean_refund") == 612.5
    with pytest.raises(tocsin.NotFoundError, match="refund_24h") as caught:
        engine.value("refund_24h")
    assert isinstance(caught.value, LookupError)
    with pytest.raises(tocsin.ArgumentError, match="customer"):
        engine.value("refunds_24h", customer="1")


def test_keys_of_other_types():
    engine = tocsin.Engine.from_yaml(
        "version: 1\n"
        "events: {visit: {store: int, member: bool, metric: string}}\n"
        "metrics:\n"
        "  visits: {event: visit, aggregate: count, by: [store, member, metric]}\n"
    )
    assert engine.ingest({"type": "visit", "time": T0941, "store": 7, "member": True, "metric": "a"}) is None
    assert engine.value("visits", store=7, member=True, metric="a") == 1
    assert engine.value("visits", store=7, member=False, metric="a") == 0


def test_statistics(engine):
    engine.ingest(refund(T0941, 612.5))
    engine.advance_to(T0941 + HOUR)
    statistics = engine.statistics
    assert statistics["events"]["accepted"] == 1
    assert set(statistics["events"]) == {
        "accepted", "malformed", "empty", "encoding", "not_an_object", "missing_type", "unknown_type", "missing_time",
        "bad_time", "out_of_range", "bad_value", "late", "duplicate", "too_far_ahead", "ignored",
    }
    assert statistics["firing"] == 1 and statistics["pending"] == 0
    assert statistics["alert_changes"] == 2
    assert statistics["faults"] == 0
    engine.ingest({"type": "refund", "time": T0941 + HOUR, "value": 1})
    assert sum(engine.statistics["skipped"].values()) == 1


def test_threads_share_an_engine(engine):
    def feed(country):
        for _ in range(500):
            engine.ingest(refund(T0941, 1, country))
            engine.value("refunds_24h", country=country)

    threads = [threading.Thread(target=feed, args=(country,)) for country in ("France", "Spain", "Italy", "Malta")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engine.statistics["events"]["accepted"] == 2000
    assert engine.value("refunds_24h", country="Malta") == 500


def test_an_alert_outlives_its_engine(engine):
    engine.ingest(refund(T0941, 612.5))
    engine.advance_to(T0941 + HOUR)
    (alert,) = engine.poll_alerts()
    del engine
    assert alert.rule == "RefundSpike"
