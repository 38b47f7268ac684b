"""Customer value, BG/NBD and RFM of real customers, by the command, against their formulas."""
import collections
import csv
import datetime
import gzip
import importlib.util
import math

import pytest

from by_definition import DAY, seconds, thousandths
from conftest import HERE, ROOT, data

RULES = HERE / "crm.yaml"


@pytest.fixture(scope="module")
def purchases():
    """(day, cents) of each customer's purchases."""
    found = collections.defaultdict(list)
    with gzip.open(data("cdnow_purchases.csv.gz"), "rt") as file:
        for row in csv.DictReader(file):
            found[row["customer"]].append((row["date"], round(100 * float(row["amount_usd"]))))
    return found


@pytest.fixture(scope="module")
def at(replay):
    def run(metric, instant, events, source):
        """The value of a metric for every customer at a midnight behind all events."""
        days = seconds(instant) // DAY  # the only multiple of so many days since 1970
        options = ["--trace", metric, "--trace-at", f"{days}d", "--until", instant]
        output = replay(RULES, data(events), *options, source=source).decode()
        rows = [line.split(",") for line in output.splitlines()]
        return {row[2]: row[3] for row in rows[1:] if row[0] == instant}

    return run


def test_customer_value(at, purchases):
    values = at("value", "1998-07-01T00:00:00Z", "cdnow_purchases.csv.gz", "cdnow")
    assert len(values) == 23_570
    known = {customer: float(value) for customer, value in values.items() if value}
    assert len(known) == 11_516
    assert math.fsum(known.values()) == pytest.approx(81_109.977146, abs=1e-6)
    assert math.fsum(known.values()) / len(known) == pytest.approx(7.043242197, abs=1e-9)
    for customer, bought in purchases.items():
        days = sorted({datetime.date.fromisoformat(day) for day, _ in bought})
        assert (customer in known) == (len(days) > 1)
        if len(days) > 1:
            gap = (days[-1] - days[0]).days / (len(days) - 1)
            assert known[customer] == pytest.approx(sum(cents for _, cents in bought) / 100 / gap, rel=1e-12)


def test_customer_value_of_all(replay):
    """Through rollups, with those who are left out."""

    def total(metric):
        days = seconds("1998-07-01T00:00:00Z") // DAY
        options = ["--trace", metric, "--trace-at", f"{days}d", "--until", "1998-07-01T00:00:00Z"]
        output = replay(RULES, data("cdnow_purchases.csv.gz"), *options, source="cdnow").decode()
        return float(output.splitlines()[-1].split(",")[-1])

    assert total("value_total") == pytest.approx(81_109.977146, abs=1e-6)
    assert total("value_mean") == pytest.approx(7.043242197, abs=1e-9)
    assert total("value_customers") == 11_516
    assert total("left_out") == 23_570 - 11_516


def test_who_is_still_a_customer(at, purchases):
    spec = importlib.util.spec_from_file_location("tocsin_crm", ROOT / "python" / "tocsin" / "crm.py")
    crm = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(crm)
    model = crm.BgNbd(0.243, 4.414, 0.793, 2.426)
    rows = [(customer, day, cents) for customer, bought in purchases.items() for day, cents in bought]
    customers = crm.histories(rows, end="1998-07-01")
    alive = at("alive", "1998-07-01T00:00:00Z", "cdnow_purchases.csv.gz", "cdnow")
    coming = at("coming", "1998-07-01T00:00:00Z", "cdnow_purchases.csv.gz", "cdnow")
    assert len(customers) == len(alive) == len(coming) == 23_570
    for customer in customers:
        assert float(alive[customer.customer]) == pytest.approx(model.p_alive(customer), rel=1e-9)
    for customer in customers[::50]:
        assert float(coming[customer.customer]) == pytest.approx(model.expected(39, customer), rel=1e-9)


def test_rfm(at, retail_events):
    scores = at("scores", "2011-12-10T00:00:00Z", "online_retail_events.jsonl.gz", None)
    last, count, spent = {}, collections.Counter(), collections.Counter()
    for event in retail_events:
        customer = event["customer"]
        if event["type"] == "purchase" and customer is not None:
            last[customer] = max(last.get(customer, 0), seconds(event["time"]))
            count[customer] += 1
            spent[customer] += thousandths(event["value"])
    assert len(last) == 4_338

    def quintiles(measure):
        ascending = sorted(measure.values())
        worse = {}  # by value: how many are worse
        for place, value in enumerate(ascending):
            worse.setdefault(value, place)
        return {customer: 1 + 5 * worse[value] // len(measure) for customer, value in measure.items()}

    recency, frequency, monetary = quintiles(last), quintiles(count), quintiles(spent)
    expected = {c: 100 * recency[c] + 10 * frequency[c] + monetary[c] for c in last}
    assert {customer: int(value) for customer, value in scores.items() if value} == expected
    assert collections.Counter(expected.values())[555] > 100
