"""Sliding values, by trace, against their definition: at every purchase of a sample of customers, in the order of the
file, and over all at every full hour."""
import collections
import math

import pytest

from by_definition import DAY, HOUR, History, nanoseconds, seconds, thousandths
from conftest import HERE

RULES = HERE / "windows.yaml"
WIDTHS = {"1h": HOUR, "24h": DAY, "7d": 7 * DAY}
AGGREGATES = ("count", "sum", "mean", "min", "max")


@pytest.fixture(scope="module")
def purchases(retail_events):
    """(time, thousandths) of every purchase, and of each customer's."""
    everything, by_customer = [], collections.defaultdict(list)
    for event in retail_events:
        if event["type"] == "purchase":
            purchase = seconds(event["time"]), thousandths(event["value"])
            everything.append(purchase)
            if event["customer"] is not None:
                by_customer[event["customer"]].append(purchase)
    return everything, by_customer


@pytest.fixture(scope="module")
def sample(purchases):
    """Every twentieth customer, and the hundred with the most purchases."""
    _, by_customer = purchases
    most = sorted(by_customer, key=lambda customer: (-len(by_customer[customer]), customer))
    return set(sorted(by_customer)[::20]) | set(most[:100])


def assert_is(aggregate, value, count, total, lowest, highest):
    """`value`, a text of the trace, is that aggregate of amounts with this count, sum and extremes."""
    if aggregate == "count":
        assert value == str(count)
    elif aggregate == "sum":
        assert thousandths(float(value)) == total
        assert float(value) == total / 1000  # and exactly the nearest double
    elif count == 0:
        assert value == ""
    elif aggregate == "mean":
        assert math.isclose(float(value), total / 1000 / count, rel_tol=1e-15)
    else:
        assert float(value) == (lowest if aggregate == "min" else highest) / 1000


def rows_of(rows, sample):
    """The rows of each customer of the sample, in order."""
    found = collections.defaultdict(list)
    for at, (customer,), value in rows:
        if customer in sample:
            found[customer].append((seconds(at), value))
    return found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_at_every_purchase_of_a_sample_of_customers(aggregate, width, purchases, sample, retail, trace):
    found = rows_of(trace(RULES, retail, f"{aggregate}_{width}_of"), sample)
    assert set(found) == sample
    for customer, rows in found.items():
        events = purchases[1][customer]
        assert [at for at, _ in rows] == [at for at, _ in events]
        first = 0
        for i, (at, value) in enumerate(rows):
            while events[first][0] <= at - WIDTHS[width]:
                first += 1
            held = [amount for _, amount in events[first : i + 1]]
            assert_is(aggregate, value, len(held), sum(held), min(held), max(held))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_over_all_at_every_full_hour(aggregate, width, purchases, retail, retail_events, trace):
    history = History(purchases[0])
    rows = trace(RULES, retail, f"{aggregate}_{width}", "--trace-at", "1h")
    first, last = seconds(retail_events[0]["time"]), seconds(retail_events[-1]["time"])
    assert [seconds(at) for at, _, _ in rows] == list(range(-(-first // HOUR) * HOUR, last + 1, HOUR))
    for at, _, value in rows:
        held = seconds(at), WIDTHS[width]
        assert_is(aggregate, value, history.count(*held), history.sum(*held), history.min(*held), history.max(*held))


@pytest.mark.parametrize("aggregate", ["mean", "max"])
def test_the_last_five_purchases_of_a_sample_of_customers(aggregate, purchases, sample, retail, trace):
    found = rows_of(trace(RULES, retail, f"{aggregate}_last"), sample)
    assert set(found) == sample
    for customer, rows in found.items():
        amounts = [amount for _, amount in purchases[1][customer]]
        assert len(rows) == len(amounts)
        for i, (_, value) in enumerate(rows):
            held = amounts[max(0, i - 4) : i + 1]
            assert_is(aggregate, value, len(held), sum(held), min(held), max(held))


def test_the_total_of_a_sample_of_customers(purchases, sample, retail, trace):
    for customer, rows in rows_of(trace(RULES, retail, "total"), sample).items():
        amounts = [amount for _, amount in purchases[1][customer]]
        expected = [sum(amounts[: i + 1]) for i in range(len(amounts))]
        assert [thousandths(float(value)) for _, value in rows] == expected


def test_the_usual_gap_between_purchases_of_a_sample_of_customers(purchases, sample, retail, trace):
    for customer, rows in rows_of(trace(RULES, retail, "gap"), sample).items():
        times = [at for at, _ in purchases[1][customer]]
        for i, (_, value) in enumerate(rows):
            distinct = sorted(set(times[: i + 1]))
            if len(distinct) < 2:
                assert value == ""
            else:
                mean = (distinct[-1] - distinct[0]) * 10**9 / (len(distinct) - 1)
                assert abs(nanoseconds(value) - mean) <= 1
