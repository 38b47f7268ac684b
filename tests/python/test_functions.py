"""Functions of the host's, in Python."""

import datetime
import functools
import signal
import sys
from typing import Optional

import pytest
from conftest import RULES, refund

import tocsin

CALLING = RULES.replace("refunds_24h > 500\n", "host.risky(refunds_24h, country)\n").replace(
    "    for: 1h\n", "    warm_up: ignore\n"
)
KINDS = """\
version: 1
events:
  visit: {customer: string, name: string, spent: double, pages: int, new: bool, length: duration}
metrics:
  visits: {event: visit, aggregate: count}
rules:
  Asked:
    event: visit
    when: CONDITION
"""


def risky(refunds: float, country: str) -> bool:
    return refunds > 500 and country != "Spain"


def fired(engine):
    return [(alert.change, alert.labels.get("country")) for alert in engine.poll_alerts()]


def visit(engine, **attributes):
    given = {"customer": "ann", "name": "x", "spent": 1.5, "pages": 3, "new": True, "length": "90s"}
    record = {"type": "visit", "time": "2010-12-01T09:41:00Z", **given, **attributes}
    assert engine.ingest(record) is None
    engine.advance_to("2010-12-01T09:41:00Z")
    return [alert.rule for alert in engine.poll_alerts() if alert.change == "firing"]


def test_a_function_decides():
    engine = tocsin.Engine.from_yaml(CALLING, functions={"risky": risky})
    for country in ("France", "Spain"):
        engine.ingest(refund("2010-12-01T09:41:00Z", 612.5, country))
    assert fired(engine) == [("firing", "France")]


def test_from_a_file_in_replay_and_after_a_reload(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(CALLING)
    events = [refund("2010-12-01T09:41:00Z", 612.5)]
    result = tocsin.replay(path, events, functions={"risky": risky})
    assert [alert.rule for alert in result.alerts] == ["RefundSpike"]
    engine = tocsin.Engine(path, functions={"risky": risky})
    engine.reload(path)
    assert engine.ingest_many(events) == 1
    assert fired(engine) == [("firing", "France")]


@pytest.mark.parametrize(
    "condition, function",
    [
        ("host.f(event.spent) > 2.9", lambda x: 2 * x),
        ("host.f(event.pages) == 4", lambda x: x + 1),
        ("host.f(event.new)", lambda x: x is True),
        ("host.f(event.name) == 'xé'", lambda x: x + "é"),
        ("host.f(event.length) == duration('180s')", lambda x: 2 * x),
        ("host.f(event.time) == timestamp('2010-12-01T10:41:00Z')", lambda x: x + datetime.timedelta(hours=1)),
    ],
)
def test_every_type_goes_there_and_back(condition, function):
    of = {"spent": float, "pages": int, "new": bool, "name": str, "length": datetime.timedelta}
    kind = of.get(condition.split("event.")[1].split(")")[0], datetime.datetime)
    wanted = tocsin.Function(function, "1", [kind], kind)
    engine = tocsin.Engine.from_yaml(KINDS.replace("CONDITION", condition), functions={"f": wanted})
    assert visit(engine) == ["Asked"]


def test_none_is_no_data():
    def sometimes(pages: int) -> Optional[float]:
        return None if pages > 5 else 1.0

    engine = tocsin.Engine.from_yaml(
        KINDS.replace("CONDITION", "host.f(event.pages) > 0.0"), functions={"f": sometimes}
    )
    assert visit(engine, pages=9) == []
    assert visit(engine, pages=1) == ["Asked"]
    assert engine.statistics["faults"] == 0


@pytest.mark.parametrize("answer", ["text", 2**70, object()])
def test_what_goes_wrong_is_told_and_is_a_fault(monkeypatch, answer):
    def wrong(pages: int) -> int:
        if answer == "text":
            raise ValueError("no")
        return answer

    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(what.exc_type))
    engine = tocsin.Engine.from_yaml(KINDS.replace("CONDITION", "host.f(event.pages) > 0"), functions={"f": wrong})
    assert visit(engine) == []
    assert told == [{"text": ValueError}.get(answer, OverflowError if answer == 2**70 else TypeError)]
    assert engine.statistics["faults"] == 1


def test_it_may_not_call_the_engine_that_calls_it(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(str(what.exc_value)))

    def back(pages: int) -> bool:
        return engine.value("visits") > 0

    engine = tocsin.Engine.from_yaml(KINDS.replace("CONDITION", "host.f(event.pages)"), functions={"f": back})
    assert visit(engine) == []
    assert len(told) == 1 and "in the middle of a call" in told[0]
    assert engine.value("visits") == 1


def test_whatever_can_be_called():
    class Limit:
        def __call__(self, refunds: float, country: str) -> bool:
            return refunds > 500 and country != "Spain"

    def limited(refunds: float, country: str, limit: float) -> bool:
        return refunds > limit and country != "Spain"

    for call in (Limit(), functools.partial(limited, limit=500.0), Limit().__call__):
        engine = tocsin.Engine.from_yaml(CALLING, functions={"risky": tocsin.Function(call, "1", [float, str], bool)})
        engine.ingest(refund("2010-12-01T09:41:00Z", 612.5))
        assert fired(engine) == [("firing", "France")]
    engine = tocsin.Engine.from_yaml(CALLING, functions={"risky": Limit()})
    engine.ingest(refund("2010-12-01T09:41:00Z", 612.5))
    assert fired(engine) == [("firing", "France")]


def test_control_c_reaches_the_caller():
    def interrupted(pages: int) -> bool:
        if pages == 3:
            raise KeyboardInterrupt
        return False

    engine = tocsin.Engine.from_yaml(KINDS.replace("CONDITION", "host.f(event.pages)"), functions={"f": interrupted})
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has none
    try:
        with pytest.raises(KeyboardInterrupt):
            visit(engine)
            for _ in range(100):  # where Python looks at signals next
                pass
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_version_is_a_part_of_the_rules():
    def version(of):
        engine = tocsin.Engine.from_yaml(CALLING, functions={"risky": tocsin.Function(risky, of)})
        engine.ingest(refund("2010-12-01T09:41:00Z", 612.5))
        return engine.poll_alerts()[0].version

    assert version("1") == version("1") != version("2")


def test_what_is_no_function_is_refused():
    def bare(x):
        return x

    def listed(x: list) -> bool:
        return bool(x)

    def named(x: float, *, y: float) -> bool:
        return x > y

    for functions, words in [
        ({"risky": bare}, "parameter 'x' has no type"),
        ({"risky": listed}, "parameter 'x' is a list"),
        ({"risky": named}, "cannot give it the parameter 'y'"),
        ({"risky": lambda x: x}, "tocsin.Function"),
        ({"risky": tocsin.Function(risky, result=bytes)}, "the result is a bytes"),
        ({"a.b": risky}, "a name is made of"),
        ({"risky": tocsin.Function(risky, parameters=[])}, "1 to 8 arguments"),
    ]:
        with pytest.raises(tocsin.ArgumentError, match=words):
            tocsin.Engine.from_yaml(CALLING, functions=functions)
    with pytest.raises(tocsin.ConfigError, match="host.risky"):
        tocsin.Engine.from_yaml(CALLING)
