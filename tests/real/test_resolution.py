"""`resolution: auto` on a month that holds more instants than are kept one by one: never less than the window should
hold, never more than one slice more, and exact where the slices end."""
import math

import pytest

from by_definition import DAY, HOUR, History, seconds, thousandths
from conftest import HERE

RULES = HERE / "resolution.yaml"
MONTH = 30 * DAY
SLICE = HOUR // 2  # the widest of the ladder that gives a month at least 1,024


@pytest.fixture(scope="module")
def purchases(retail_events):
    return [(seconds(e["time"]), thousandths(e["value"])) for e in retail_events if e["type"] == "purchase"]


def held_at_most(history, t, applied):
    """The events applied by `t` whose slice, (k s, (k + 1) s], has not left a month's window as a whole."""
    last_left = (t - MONTH) // SLICE * SLICE
    first, _ = history.within(last_left + MONTH, MONTH)
    return first, applied


@pytest.mark.parametrize("aggregate", ["count", "sum"])
def test_at_every_purchase_within_one_slice(aggregate, purchases, retail, trace):
    history = History(purchases)
    rows = trace(RULES, retail, f"{aggregate}_30d")
    assert [seconds(at) for at, _, _ in rows] == history.times
    more_than_exact = 0
    for i, (t, (_, _, text)) in enumerate(zip(history.times, rows)):
        value = int(text) if aggregate == "count" else thousandths(float(text))
        sums = history.sums if aggregate == "sum" else range(len(purchases) + 1)
        first, end = history.within(t, MONTH)[0], i + 1
        most, _ = held_at_most(history, t, end)
        assert sums[end] - sums[first] <= value <= sums[end] - sums[most]
        if t % SLICE == 0:
            assert value == sums[end] - sums[first]
        more_than_exact += value != sums[end] - sums[first]
    assert more_than_exact > 100  # so slices there are


@pytest.mark.parametrize("aggregate", ["count", "sum", "mean", "min", "max"])
def test_exact_at_every_full_hour(aggregate, purchases, retail, trace):
    history = History(purchases)
    rows = trace(RULES, retail, f"{aggregate}_30d", "--trace-at", "1h")
    assert len(rows) > 8000
    for at, _, value in rows:
        held = seconds(at), MONTH
        count, total = history.count(*held), history.sum(*held)
        expected = {"count": count, "sum": total / 1000, "mean": total / 1000 / count,
                    "min": history.min(*held) / 1000, "max": history.max(*held) / 1000}[aggregate]
        assert math.isclose(float(value), expected, rel_tol=1e-15)


@pytest.mark.parametrize("aggregate", ["count", "sum"])
def test_a_window_that_holds_few_instants_is_exact_everywhere(aggregate, purchases, retail, trace):
    history = History(purchases)
    for i, (at, _, text) in enumerate(trace(RULES, retail, f"{aggregate}_24h")):
        first, _ = history.within(seconds(at), DAY)
        if aggregate == "count":
            assert int(text) == i + 1 - first
        else:
            assert thousandths(float(text)) == history.sums[i + 1] - history.sums[first]


def aligned(changes, rule, end):
    """The ends of slices at which a rule fires: as half-open ranges of their numbers."""
    ranges, began = [], None
    told = [(seconds(change["time"]), change["change"]) for change in changes if change["rule"] == rule]
    for t, change in [*told, (end, "resolved")]:
        if change == "firing":
            began = -(-t // SLICE)
        elif began is not None:
            until = -(-t // SLICE)
            if ranges and ranges[-1][1] == began:
                began = ranges.pop()[0]
            if until > began:
                ranges.append((began, until))
            began = None
    return ranges


def test_alerts_are_the_same_at_the_ends_of_slices(retail, retail_events, changes):
    told = changes(RULES, retail)
    end = seconds(retail_events[-1]["time"]) // SLICE * SLICE
    exact = aligned(told, "Exact", end)
    assert len(exact) > 3
    assert aligned(told, "Sliced", end) == exact
