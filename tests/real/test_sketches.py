"""Quantiles and numbers of different customers at every full hour, and what reviews say month by month, against their
definition."""
import bisect
import collections
import math

import pytest

from by_definition import DAY, HOUR, seconds, thousandths
from conftest import HERE, data, events_of

RULES = HERE / "sketches.yaml"
WIDTHS = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY}
SLICES = {"1h": 30, "24h": 900, "7d": 2 * HOUR}  # a sixty-fourth of the window, or less


@pytest.fixture(scope="module")
def purchases(retail_events):
    """(time, thousandths, customer) of every purchase."""
    return [(seconds(event["time"]), thousandths(event["value"]), event["customer"])
            for event in retail_events if event["type"] == "purchase"]


def held_at(purchases, times, t, width):
    return purchases[bisect.bisect_right(times, t - width):bisect.bisect_right(times, t)]


def p95(held):
    return sorted(amount for _, amount, _ in held)[max(1, math.ceil(0.95 * len(held))) - 1] / 1000


def different(held):
    return len({customer for _, _, customer in held if customer is not None})


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("metric", ["exact_p95", "p95"])
def test_p95_at_every_full_hour(metric, width, purchases, retail, trace):
    times = [at for at, _, _ in purchases]
    rows = trace(RULES, retail, f"{metric}_{width}", "--trace-at", "1h")
    compared = 0
    for at, _, value in rows:
        held = held_at(purchases, times, seconds(at), WIDTHS[width])
        if not held:
            assert value == ""
        elif metric == "exact_p95":
            assert float(value) == p95(held)
            compared += 1
        elif seconds(at) % SLICES[width] == 0:
            assert abs(float(value) - p95(held)) <= 0.01 * p95(held)
            compared += 1
    assert compared > 2000


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("metric", ["exact_distinct", "distinct"])
def test_different_customers_at_every_full_hour(metric, width, purchases, retail, trace):
    times = [at for at, _, _ in purchases]
    rows = trace(RULES, retail, f"{metric}_{width}", "--trace-at", "1h")
    for at, _, value in rows:
        exact = different(held_at(purchases, times, seconds(at), WIDTHS[width]))
        if metric == "exact_distinct" or width == "1h":  # never more than 256 of them in an hour
            assert float(value) == exact
        elif seconds(at) % SLICES[width] == 0:
            assert abs(float(value) - exact) <= max(2, 0.08 * exact)  # five standard errors


@pytest.mark.parametrize("metric", ["csat", "nps"])
def test_what_reviews_say_of_each_month_by_state(metric, trace):
    file = data("olist_events.jsonl.gz")
    scores = collections.defaultdict(list)
    for event in events_of(file.name):
        if event["type"] == "review":
            scores[event["time"][:7], event["attrs"]["state"]].append(event["value"])
    compared = 0
    for at, (state,), value in trace(RULES, file, metric, "--trace-at", "1d"):
        year, month = int(at[:4]), int(at[5:7])
        before = f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"
        said = scores.get((before, state), [])
        if not said or value == "":
            assert value == "" or said
            continue
        if metric == "csat":
            expected = sum(score >= 4 for score in said) / len(said)
        else:  # of 1 to 5, twice as much: 5 is a promoter, 1 to 3 are detractors
            expected = 100 * (sum(score == 5 for score in said) - sum(score <= 3 for score in said)) / len(said)
        assert math.isclose(float(value), expected, rel_tol=1e-12, abs_tol=1e-12)
        compared += 1
    assert compared > 5000
