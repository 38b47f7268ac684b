"""The reference model itself, at the boundaries of docs/semantics.md, worked out by hand. Times are seconds."""

import math

import pytest

import compare
import periods
import reference
from config_text import to_yaml
from expression import FAULT, NO_DATA, SECOND, Duration, evaluate, moves, parse_time, time_text, to_cel

N = ["name", "n"]
COUNT = {"event": ["a"], "aggregate": "count", "window": 60 * SECOND, "by": ["customer"]}
IDLE = {"event": ["a"], "aggregate": "time_since", "by": ["customer"]}
ANY = {"when": [["", [">=", N, ["lit", "double", 1.0]]]]}
FEW = {"when": [["", ["<", N, ["lit", "double", 2.0]]]]}


def lit(value):
    return ["lit", {float: "double", int: "int", str: "string", bool: "bool"}[type(value)], value]


def seconds(value):
    return ["lit", "duration", value * SECOND]


class Run:
    """A config of one rule, and what it says: "60 resolved c1"."""

    def __init__(self, rule=None, metrics=None, **config):
        attributes = {"customer": {"type": "string"}, "x": {"type": "int"}}
        events = {kind: attributes for kind in "ab"}
        events["identify"] = {"customer": {"type": "string"}, "segment": {"type": "string"}}
        rules = config.pop("rules", {"R": rule} if rule else {})
        self.engine = reference.Engine({"ingest": {"allowed_lateness": 100 * SECOND}, "events": events,
                                        "metrics": metrics or {"n": COUNT}, "rules": rules, **config})

    def event(self, at, kind="a", customer="c1", name=None, **attributes):
        return self.engine.ingest({"type": kind, "time": time_text(round(at * SECOND)), "id": name,
                                   "customer": customer, **attributes})

    def until(self, at):
        self.engine.advance_to(round(at * SECOND))
        return self

    def said(self):
        lines = []
        for change in self.engine.changes:
            words = [f"{change['time'] / SECOND:g}", change["change"], *change["labels"].values()]
            lines.append(" ".join(words + [word for word in (change["severity"], change["reason"]) if word]))
        self.engine.changes.clear()
        return lines


def ignore_warm_up(rule):
    return {**rule, "warm_up": "ignore"}


def test_a_window_lets_go_at_its_edge():  # 3.1
    run = Run(ANY)
    run.event(0)
    assert run.until(60 - 1e-9).said() == ["0 firing c1"]
    assert run.until(60).said() == ["60 resolved c1"]


def test_false_acts_when_the_instant_is_closed_and_true_at_once():  # 1.5
    last = {"event": ["a"], "aggregate": "last", "argument": ["name", "x"], "by": ["customer"]}
    run = Run({"when": [["", [">", N, lit(5)]]]}, {"n": last})
    run.event(0, x=9)
    run.event(10, x=1)
    run.event(10, x=9)
    assert run.until(10).said() == ["0 firing c1"]
    run.event(20, x=1)
    assert run.said() == []
    run.event(20, x=2)
    run.event(21, x=3, customer="c2")
    assert run.said() == ["20 resolved c1"]
    run.until(30)
    run.event(30, x=8)
    run.event(30, x=1)
    assert run.said() == ["30 firing c1", "30 resolved c1"]  # closed already: false acts at once too


def test_an_event_exactly_at_a_deadline_still_prevents_it():  # 1.3
    for at, expected in [(10 - 1e-9, "9.99999 cancelled c1"), (10, "10 cancelled c1"), (10 + 1e-9, "10 firing c1")]:
        last = {"event": ["a"], "aggregate": "last", "argument": ["name", "x"], "by": ["customer"]}
        run = Run({"when": [["", [">", N, lit(5)]]], "for": 10 * SECOND}, {"n": last})
        run.event(0, x=9)
        run.event(at, x=1)
        said = run.until(11).said()
        assert said[0] == "0 pending c1" and said[1].split()[1:] == expected.split()[1:]


def test_late_duplicate_refused():  # 2
    run = Run(ingest={"allowed_lateness": 10 * SECOND, "deduplicate": 30 * SECOND})
    assert run.event(100, name="1") is None
    assert run.event(90, name="2") is None
    assert run.event(90 - 1e-9, name="3") == "late"
    assert run.event(95, name="3") == "duplicate"  # ids of late events are remembered
    assert run.event(95, name="4", x="no") == "bad_value"
    assert run.event(95, name="4") is None  # ids of refused ones are not
    run.until(130 - 1e-9)
    assert run.event(130, name="1") == "duplicate"
    run.until(130)
    assert run.event(130, name="1") is None  # at exactly W past, it is forgotten
    assert run.event(130, "c") == "unknown_type"


def test_reorder_applies_by_time():  # 2.6
    run = Run(ANY, ingest={"allowed_lateness": 0, "reorder": 10 * SECOND})
    run.event(20)
    run.event(15)
    assert run.engine.clock is None
    run.event(25)
    assert run.engine.clock == 15 * SECOND
    run.event(16)
    assert run.event(14) == "late"
    run.until(18)
    assert run.engine.value("n", ("c1",)) == 2.0
    assert run.until(30).engine.value("n", ("c1",)) == 4.0


@pytest.mark.parametrize("metric, expected", [
    ({"aggregate": "count"}, 4.0), ({"aggregate": "sum", "argument": ["name", "x"]}, 12.0),
    ({"aggregate": "mean", "argument": ["name", "x"]}, 3.0), ({"aggregate": "min", "argument": ["name", "x"]}, -1.0),
    ({"aggregate": "max", "argument": ["name", "x"]}, 7.0), ({"aggregate": "rate", "window": 40 * SECOND}, 0.1),
    ({"aggregate": "share", "argument": [">", ["name", "x"], lit(1)]}, 0.75),
    ({"aggregate": "time_since"}, 10 * SECOND),
    ({"aggregate": "last", "argument": ["name", "x"]}, 4), ({"aggregate": "mean_interval"}, 10 * SECOND),
    ({"aggregate": "sum", "argument": ["name", "x"], "last": 2}, 3.0),
    ({"aggregate": "first", "argument": ["name", "x"]}, 2), ({"aggregate": "delta", "argument": ["name", "x"]}, 2.0),
    ({"aggregate": "stddev", "argument": ["name", "x"]}, math.sqrt((1 + 16 + 16 + 1) / 3)),
    ({"aggregate": "ewma", "argument": ["name", "x"], "half_life": 10 * SECOND}, (2 + 7 * 2 - 1 * 2 + 4 * 4) / 9),
    ({"aggregate": "csat", "argument": ["name", "x"], "satisfied": 4}, 0.5),
    ({"aggregate": "quantile", "argument": ["name", "x"], "share": 0.5}, 2.0),
    ({"aggregate": "quantile", "argument": ["name", "x"], "share": 0.75}, 4.0),
    ({"aggregate": "distinct", "argument": ["name", "x"]}, 4.0),
    ({"aggregate": "nps", "argument": ["name", "x"]}, -200 / 3), ({"aggregate": "ces", "argument": ["name", "x"]}, 3.0),
    ({"aggregate": "count", "window": 20 * SECOND}, 1.0), ({"aggregate": "count", "window": 30 * SECOND}, 3.0),
])
def test_aggregates(metric, expected):  # 3.1, 3.2, 3.5, 3.6
    run = Run(metrics={"n": {"event": ["a"], "by": ["customer"], **metric}})
    for at, x in [(10, 2), (30, 4), (20, 7), (20, -1), (25, None)]:
        run.event(at, x=x) if x is not None else run.event(at, customer="c2", x=0)
    assert run.until(40).engine.value("n", ("c1",)) == expected


def test_values_of_nothing():  # 3.6
    for kind, nothing in [("count", 0.0), ("sum", 0.0), ("mean", NO_DATA), ("last", NO_DATA), ("time_since", NO_DATA)]:
        argument = {} if kind in ("count", "time_since") else {"argument": ["name", "x"]}
        run = Run(metrics={"n": {"event": ["a"], "by": ["customer"], "aggregate": kind, **argument}})
        assert run.until(1).engine.value("n", ("c1",)) == nothing


def test_a_slice_leaves_when_all_of_it_has_left():  # 3.10
    run = Run(ANY, {"n": {**COUNT, "slices": 20 * SECOND}})
    run.event(21)  # in (20, 40]
    assert run.until(99).said() == ["21 firing c1"]
    assert run.until(100).said() == ["100 resolved c1"]
    run.event(120)  # in (100, 120]
    assert run.until(200).said() == ["120 firing c1", "180 resolved c1"]


def test_warming_up():  # 3.12
    run = Run(FEW)
    run.event(0)
    run.event(50)
    run.event(50)
    assert run.until(59).said() == []
    assert run.until(200).said() == ["110 firing c1"]
    run = Run(FEW)
    run.event(0)
    assert run.until(200).said() == ["60 firing c1"]
    run = Run(ignore_warm_up(FEW))
    run.event(0)
    assert run.until(200).said() == ["0 firing c1"]


def test_no_data_of_a_group_without_keys_before_its_first_event():  # D5
    run = Run(FEW, {"n": {**COUNT, "by": [], "event": ["b"]}})
    run.event(0)
    assert run.until(100).said() == ["60 firing"]


def test_time_since_is_exact():  # 1.9
    run = Run({"when": [["", [">", ["name", "idle"], seconds(30)]]]}, {"idle": IDLE})
    run.event(0)
    assert run.until(30).said() == []
    run.until(31)
    assert run.engine.changes[0]["time"] == 30 * SECOND + 1
    run = Run({"when": [["", [">=", ["*", ["name", "idle"], lit(2)], seconds(30)]]]}, {"idle": IDLE})
    run.event(0)
    run.event(15)  # exactly at the deadline: it still prevents it
    assert run.until(40).said() == ["30 firing c1"]


def test_forgetting():  # 3.11
    run = Run({"when": [["", [">=", ["name", "idle"], seconds(10)]]]}, {"idle": IDLE},
              keys={"customer": {"expire_after": 30 * SECOND}})
    run.event(0)
    assert run.until(29).said() == ["10 firing c1"]
    assert run.until(30).said() == ["30 resolved c1 group_expired"]
    assert run.engine.value("idle", ("c1",)) is NO_DATA


def test_clear_condition_and_keep_firing_for():  # 5.2, 5.3
    last = {"event": ["a"], "aggregate": "last", "argument": ["name", "x"], "by": ["customer"]}
    run = Run({"when": [["", [">", N, lit(5)]]], "resolve_when": ["<", N, lit(3)], "keep_firing_for": 10 * SECOND},
              {"n": last})
    run.event(0, x=9)
    run.event(10, x=4)  # neither
    run.event(20, x=1)
    run.event(25, x=4)  # not clear: the clock starts again
    run.event(30, x=1)
    run.event(40, x=9, customer="c2")
    assert run.said() == ["0 firing c1", "40 firing c2"]
    assert run.until(40).said() == ["40 resolved c1"]


def test_severities():  # 5.4
    last = {"event": ["a"], "aggregate": "last", "argument": ["name", "x"], "by": ["customer"]}
    when = [["high", [">", N, lit(7)]], ["low", [">", N, lit(3)]]]
    run = Run({"when": when, "keep_firing_for": 10 * SECOND}, {"n": last})
    run.event(0, x=5)
    run.event(10, x=9)
    assert run.said() == ["0 firing c1 low", "10 severity c1 high"]
    run.event(20, x=5)
    assert run.until(31).said() == ["30 severity c1 low"]
    run.event(40, x=0)
    assert run.until(51).said() == ["50 resolved c1 low"]


def test_event_rules():  # 5.5
    rule = {"event": ["a"], "when": [], "by": ["customer"], "event_when": [">", ["name", "event.x"], lit(1)]}
    run = Run({**rule, "keep_firing_for": 10 * SECOND})
    run.event(0, x=1)
    run.event(1, x=2)
    run.event(5, x=2)
    run.event(3, x=2)  # behind the clock: again, and kept from the clock
    assert run.until(15).said() == ["1 firing c1", "5 again c1", "5 again c1", "15 resolved c1"]
    run = Run({**rule, "resolve_event": ["b"]})
    run.event(0, x=2)
    run.event(400, "b")
    assert run.said() == ["0 firing c1", "400 resolved c1"]


def test_flapping():  # 5.6
    last = {"event": ["a"], "aggregate": "last", "argument": ["name", "x"], "by": ["customer"]}
    run = Run({"when": [["", [">", N, lit(5)]]], "flapping": {"changes": 3, "within": 20 * SECOND}}, {"n": last})
    for at, x in [(0, 9), (1, 0), (2, 9), (3, 0)]:
        run.event(at, x=x)
    assert run.until(22).said() == ["0 firing c1", "1 resolved c1", "2 firing c1"]
    assert run.until(23).said() == ["23 resolved c1"]


def test_scope_and_profiles():  # 3.13, 5.8
    rule = {**ANY, "scope": ["==", ["name", "profile.segment"], lit("vip")]}
    run = Run(rule, profiles={"customer": {"from": ["identify"], "attributes": ["segment"]}})
    run.event(0)
    run.event(10, "identify", segment="vip")
    run.event(20, "identify", segment=None)
    run.event(5, "identify", segment="new")  # older: it says nothing new
    assert run.until(20).said() == ["10 firing c1"]
    run.event(30, "identify", segment="new")
    assert run.until(30).said() == ["30 resolved c1 out_of_scope"]


def test_every():  # 1.9
    run = Run({**ANY, "every": 25 * SECOND})
    run.event(1)
    assert run.until(24).said() == []
    run.event(50)
    assert run.until(130).said() == ["25 firing c1", "125 resolved c1"]


def test_no_data_and_faults():  # 4.1, 4.2
    last = {"event": ["a"], "aggregate": "last", "argument": ["name", "x"], "by": ["customer"], "window": 60 * SECOND}
    for on_no_data, expected in [("ok", ["70 resolved c1"]), ("keep", []), ("alerting", [])]:
        rule = {"when": [["", [">", N, lit(1)]]], "on_no_data": on_no_data, "warm_up": "ignore"}
        run = Run(rule, {"n": last})
        run.event(10, x=2)
        assert run.until(100).said() == ["10 firing c1", *expected]
    run = Run({"when": [["", [">", ["/", lit(10), N], lit(1)]]], "warm_up": "ignore"}, {"n": last})
    run.event(10, x=2)
    run.event(20, x=0)  # a fault freezes the state
    assert run.until(69).said() == ["10 firing c1"]
    run.event(69, x=10)
    assert run.until(69).said() == ["69 resolved c1"]


def test_a_deadline_that_passes_while_frozen_is_decided_at_the_first_answer():  # 4.2
    last = {"event": ["a"], "aggregate": "last", "argument": ["name", "x"], "by": ["customer"]}
    run = Run({"when": [["", [">", ["/", lit(10), N], lit(1)]]], "for": 10 * SECOND}, {"n": last})
    run.event(0, x=2)
    run.event(5, x=0)
    assert run.until(20).said() == ["0 pending c1"]
    run.event(30, x=3)
    assert run.until(30).said() == ["30 firing c1"]


def test_mixed_granularity():  # 4.5
    metrics = {"n": COUNT, "all": {**COUNT, "by": [], "event": ["b"]}}
    separate = ["&&", [">=", N, lit(1.0)], [">=", ["name", "all"], lit(2.0)]]
    run = Run({"when": [["", separate]]}, metrics)
    run.event(0)
    run.event(10, "b")
    run.event(20, "b")
    assert run.until(60).said() == ["20 firing c1", "60 resolved c1"]
    together = [">", N, ["name", "all"]]
    run = Run({"when": [["", together]], "warm_up": "ignore"}, metrics)
    run.event(0)
    run.event(1, "b")  # not seen until the full minute, or an event or exit of its own
    assert run.until(59).said() == ["0 firing c1"]
    assert run.until(60).said() == ["60 resolved c1"]


def test_every_full_minute():  # 1.9
    odd = ["==", ["%", ["int", ["now"]], lit(120)], lit(60)]
    run = Run({"when": [["", ["&&", [">=", N, lit(1.0)], odd]]]}, {"n": {**COUNT, "window": None}})
    run.event(30)
    assert run.until(200).said() == ["60 firing c1", "120 resolved c1", "180 firing c1"]


def test_limits():  # 5.9
    run = Run(ANY, keys={"customer": {"max_groups": 1}})
    run.event(0)
    run.event(10, customer="c2")
    assert run.said() == ["0 firing c1", "10 firing"]
    assert run.until(60).said() == ["60 resolved c1", "60 resolved"]


def test_logic():
    read = {"t": True, "f": False, "none": NO_DATA, "bad": FAULT}.get
    name = {word: ["name", word] for word in ("t", "f", "none", "bad")}
    assert evaluate(["&&", name["bad"], name["f"]], read) is False
    assert evaluate(["||", name["none"], name["t"]], read) is True
    assert evaluate(["&&", name["none"], name["bad"]], read) is FAULT
    assert evaluate(["||", name["f"], name["none"]], read) is NO_DATA
    assert evaluate(["!", name["none"]], read) is NO_DATA
    assert evaluate(["/", lit(1.0), lit(0.0)], read) is NO_DATA
    assert evaluate(["/", lit(1), lit(0)], read) is FAULT
    assert evaluate(["/", lit(-7), lit(2)], read) == -3 and evaluate(["%", lit(-7), lit(2)], read) == -1
    assert evaluate(["*", lit(1.5), ["lit", "duration", 3]], read) == Duration(5)


def test_which_way_a_condition_moves():
    def ways(tree):
        return moves(tree, lambda name: {1} if name == "n" else set())

    assert ways([">", N, lit(1.0)]) == {1}
    assert ways(["<", N, lit(1.0)]) == {-1}
    assert ways(["!", ["<", lit(1.0), N]]) == {-1}
    assert ways(["<", ["-", lit(3.0), N], lit(1.0)]) == {1}
    assert ways([">", ["*", N, lit(-1.0)], lit(1.0)]) == {-1}
    assert ways(["==", N, lit(1.0)]) == {1, -1}
    assert ways([">", ["/", N, ["name", "m"]], lit(1.0)]) == {1, -1}
    assert ways([">", ["name", "m"], lit(1.0)]) == set()


def test_texts():
    assert to_cel(["&&", [">", N, lit(2.0)], ["in", ["name", "s"], [lit("a"), lit('"')]]]) == \
        '((n > 2) && (s in ["a", "\\""]))'
    assert parse_time(time_text(1_700_000_000_000_000_001)) == 1_700_000_000_000_000_001
    assert compare.same_value(1.0, 1) and not compare.same_value(1.0, None)
    assert '"window": "1m"' in to_yaml({"ingest": {}, "events": {}, "metrics": {"n": COUNT}, "rules": {}})


def test_a_calendar_period_ends_where_the_next_begins():  # 3.3: 1970-01-01T00:00Z is 05:30 in Kolkata
    hour = {"event": ["a"], "aggregate": "count", "by": [], "calendar": {
        "unit": "hour", "zone": "Asia/Kolkata", "closed": False}}
    closed = {**hour, "calendar": {**hour["calendar"], "closed": True}}
    run = Run(metrics={"n": hour, "before": closed})
    run.event(0)
    run.until(1800 - 1e-9)
    assert (run.engine.value("n"), run.engine.value("before")) == (1.0, NO_DATA)
    run.until(1800)
    assert (run.engine.value("n"), run.engine.value("before")) == (0.0, NO_DATA)  # the first hour was not seen whole
    run.event(1800)
    run.event(1790)
    assert (run.engine.value("n"), run.engine.value("before")) == (1.0, NO_DATA)
    run.until(5400)
    assert (run.engine.value("n"), run.engine.value("before")) == (0.0, 1.0)
    run.until(9000)
    assert run.engine.value("before") == 0.0


def test_an_hour_that_is_shown_twice_is_one_period():  # 3.3
    london = {"unit": "hour", "zone": "Europe/London"}
    at = parse_time("2024-10-27T00:30:00Z")
    assert time_text(periods.start(london, at)) == "2024-10-27T00:00:00Z"
    assert time_text(periods.next_start(london, at)) == "2024-10-27T02:00:00Z"
    at = parse_time("2024-03-31T01:30:00Z")  # 02:30: clocks skipped the hour before
    assert time_text(periods.start(london, at)) == "2024-03-31T01:00:00Z"
    assert time_text(periods.start({**london, "unit": "week"}, at)) == "2024-03-25T00:00:00Z"
    assert time_text(periods.next_start({**london, "unit": "month"}, at)) == "2024-03-31T23:00:00Z"


def test_a_window_as_it_was():  # 3.9
    past = {**COUNT, "by": [], "back": 100 * SECOND}
    run = Run(metrics={"n": {**COUNT, "by": []}, "n~100000000000": past})
    run.event(0)
    run.until(160 - 1e-9)
    assert run.engine.value("n~100000000000") is NO_DATA
    run.event(155)
    run.event(61)  # late, and it counts
    assert run.until(160).engine.value("n~100000000000") == 0.0
    assert run.until(161 - 1e-9).engine.value("n~100000000000") == 0.0
    assert run.until(161).engine.value("n~100000000000") == 1.0
    assert run.until(220).engine.value("n~100000000000") == 1.0
    assert run.until(221).engine.value("n~100000000000") == 0.0


def test_a_rollup_is_over_the_groups_that_hold_an_event():  # 3.8
    rollup = {"over": "n", "aggregate": "count", "by": []}
    busy = {**rollup, "where": [">=", N, lit(2.0)]}
    share = {**rollup, "aggregate": "share", "argument": [">=", N, lit(2.0)]}
    rule = {"when": [["", [">=", ["name", "busy"], lit(1.0)]]]}
    run = Run(rule, {"n": COUNT, "all": rollup, "busy": busy, "share": share})
    assert run.until(0).engine.value("share") is NO_DATA
    run.event(60)
    run.event(70, customer="c2")
    run.event(80, customer="c2")
    assert [run.engine.value(name) for name in ("all", "busy", "share")] == [2.0, 1.0, 0.5]
    assert run.until(129).said() == ["80 firing"]
    assert [run.until(130).engine.value(name) for name in ("all", "busy", "share")] == [1.0, 0.0, 0.0]
    assert run.said() == ["130 resolved"]
    assert run.until(140).engine.value("all") == 0.0
