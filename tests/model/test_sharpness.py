"""The generated cases are sharp enough: an engine that is wrong in one thing is told from the model, and made small.

The wrong engine is the model itself with one method changed.
"""

import pytest

import aggregate
import alert
import compare
import generate
import reference
import rule
import shrink
import test_model
from expression import SECOND

CASES = 300


def _late_at_the_edge(engine, record, original):
    record = dict(record)
    engine.config["ingest"]["allowed_lateness"] -= 1
    try:
        return original(engine, record)
    finally:
        engine.config["ingest"]["allowed_lateness"] += 1


def _rank_reversed(engine, spec, read, original):
    answer = original(engine, spec, read)
    return answer if answer is reference.FROZEN or answer[0] is None else (len(spec.spec["when"]) - 1, False)


# What is wrong: (features, class or module, name of the function, what it does instead).
WRONG = {
    "a window keeps an event an instant too long": (
        [], aggregate, "leaves_at", lambda metric, entry, original: _plus(original(metric, entry), 1)),
    "slices begin an instant later": (
        ["slices"], aggregate, "leaves_at",
        lambda metric, entry, original: original(metric, (entry[0] + 1, *entry[1:])) if metric.get("slices")
        else original(metric, entry)),
    "what is behind the clock comes an instant late": (
        ["previous", "calendar"], aggregate, "enters_at",
        lambda metric, entry, original: _plus(original(metric, entry), 1)),
    "a period that is not complete is believed": (
        ["calendar"], aggregate, "is_behind", lambda metric, original: False),
    "over nobody a count is one": (
        ["rollups", "groupings"], aggregate, "put_together",
        lambda metric, values, original: original(metric, values) + 1 if metric["aggregate"] == "count" and not values
        else original(metric, values)),
    "an event exactly at the allowed lateness is late": (["late"], reference.Engine, "ingest", _late_at_the_edge),
    "false acts at once": (
        [], alert.Alert, "answer",
        lambda self, now, closed, rank, clear, original: original(self, now, True, rank, clear)),
    "true waits until the instant is closed": (
        [], alert.Alert, "answer",
        lambda self, now, closed, rank, clear, original: original(self, now, closed, rank, clear) if closed else None),
    "keep_firing_for is not kept": (
        ["keep_firing_for"], alert.Alert, "_end_if_due", lambda self, now, original: self.end(now)),
    "severities are looked at from the lowest": (["severities"], reference.Engine, "_decide", _rank_reversed),
    "flapping is not damped": (
        ["flapping"], alert.Alert, "_turn", lambda self, now, truth, original: setattr(self, "truth", truth)),
    "no data is a fault": (
        ["on_no_data", "last_value", "mean_interval"], reference.Engine, "_decide",
        lambda self, one, read, original: original(self, _with_keep(one), read)),
    "nothing warms up": (
        [], rule.Rule, "_truer_when_emptier", lambda self, name, original: False),
    "deadlines are forgotten while time passes": (
        ["for"], alert.Alert, "deadlines", lambda self, original: []),
    "a crossing is found a second late": (
        ["time_since"], reference.Engine, "_crossings",
        lambda self, one, key, original: [instant + SECOND for instant in original(self, one, key)]),
    "groups are never forgotten": (["expire"], reference.Engine, "_expire", lambda self, original: False),
    "what is said of a profile is not noticed at once": (
        ["scope"], reference.Engine, "_knows_of", lambda self, place, key, value, attribute, original: False),
    "coarser metrics are not watched": (
        ["groupings"], reference.Engine, "_coarse_terms_turned", lambda *arguments: False),
    "duplicates are taken": (
        ["deduplicate"], reference.Engine, "ingest",
        lambda self, record, original: original(self, dict(record, id=None))),
    "nothing is reordered": (
        ["reorder", "late"], reference.Engine, "_take",
        lambda self, event, original: (event.update(arrival=self.arrivals), self._apply(event))[1]),
}


def _plus(value, more):
    return None if value is None else value + more



class _with_keep:
    """A rule that takes no data for a fault: it freezes."""

    def __init__(self, one):
        self.spec = {**one.spec, "on_no_data": "keep"}


def _changed(monkeypatch, owner, name, instead):
    original = getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *arguments: instead(*arguments, original))


def _differs(case, change):
    with pytest.MonkeyPatch.context() as patch:
        _changed(patch, *change)
        wrong = compare.run_model(case)
    return compare.differences(compare.run_model(case), wrong)


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_found(what):
    features, *change = WRONG[what]
    for number in range(CASES):
        if _differs(generate.make_case(f"sharp-{number}", features), change):
            return
    pytest.fail(f"{CASES} cases do not tell that {what}")


def test_a_failing_case_is_made_small():
    features, *change = WRONG["a window keeps an event an instant too long"]
    case = next(case for case in (generate.make_case(f"small-{number}", generate.FEATURES) for number in range(CASES))
                if _differs(case, change))
    small = shrink.shrink(case, lambda smaller: bool(_differs(smaller, change)))
    assert len(small["steps"]) <= 3 and len(small["config"]["rules"]) <= 1 and len(small["config"]["metrics"]) <= 2
    assert _differs(small, change)


def test_the_same_seed_gives_the_same_case():
    assert generate.make_case("1-1") == generate.make_case("1-1") != generate.make_case("1-2")


def test_every_feature_comes_up():
    seen = set()
    for number in range(200):
        seen |= set(generate.make_case(f"seen-{number}")["features"])
    assert seen == set(generate.FEATURES)


def test_a_failure_tells_how_to_repeat_it(monkeypatch, tmp_path):
    features, *change = WRONG["a window keeps an event an instant too long"]

    def wrong(case, batches=False):
        with pytest.MonkeyPatch.context() as patch:
            _changed(patch, *change)
            return compare.run_model(case)

    monkeypatch.setattr(compare, "run_engine", wrong)
    monkeypatch.setattr(test_model, "FOLDER", tmp_path)
    case = next(case for case in (generate.make_case(f"tell-{number}", []) for number in range(CASES))
                if test_model.check(case))
    text = test_model.report("tell", case)
    assert "version: 1" in text and "0: " in text and "model:" in text and (tmp_path / "tell.json").exists()
