"""Refunds of a year: exact against the published statistics, and against a computation of its own that knows
nothing of panes, timers or states. It works in integers (thousandths, seconds) and asks at each instant for the sum
from scratch."""
import bisect
import collections
import json

from by_definition import DAY, HOUR, seconds, text, thousandths
from conftest import HERE

RULES = HERE / "refunds.yaml"


class Refunds:
    """The refunds of one group, in order of time, and their sum over (t - 24h, t] by definition."""

    def __init__(self, refunds):
        self.times = [at for at, _ in refunds]
        self.amounts = [amount for _, amount in refunds]

    def in_a_day(self, t):
        first = bisect.bisect_right(self.times, t - DAY)
        last = bisect.bisect_right(self.times, t)
        return sum(self.amounts[first:last])

    def instants(self, end):
        """When the sum may change: an event comes, or leaves."""
        return sorted({t for at in self.times for t in (at, at + DAY) if t <= end})

    def changes(self, limit, hold, end):
        """(time, change, active_at, fired_at, sum) of "more than `limit` for `hold`", until `end`, which is closed."""
        active_at = fired_at = None
        instants = self.instants(end)
        for i, t in enumerate(instants):
            if self.in_a_day(t) > limit:
                active_at = t if active_at is None else active_at
            else:
                if fired_at is not None:
                    yield t, "resolved", active_at, fired_at, self.in_a_day(t)
                active_at = fired_at = None
            # The sum stays as it is until the next instant; does the deadline fall before it?
            until = instants[i + 1] if i + 1 < len(instants) else end + 1
            if active_at is not None and fired_at is None and active_at + hold < until:
                if active_at + hold <= end:
                    fired_at = active_at + hold
                    yield fired_at, "firing", active_at, fired_at, self.in_a_day(fired_at)
        return


def brute_force(events, rule, metric, key=None):
    end = seconds(events[-1]["time"])
    groups = collections.defaultdict(list)
    for event in events:
        if event["type"] == "refund":
            group = event["attrs"]["country"] if key else None
            groups[group].append((seconds(event["time"]), thousandths(event["value"])))
    found = []
    for group, refunds in groups.items():
        for t, change, active_at, fired_at, total in Refunds(refunds).changes(500_000, HOUR, end):
            labels = {"country": group, "department": "finance"} if key else {}
            expected = {"time": text(t), "change": change, "rule": rule, "labels": labels,
                        "active_at": text(active_at), "fired_at": text(fired_at), "values": {metric: total / 1000}}
            if change == "resolved":
                expected["resolved_at"] = text(t)
            found.append(expected)
    return sorted(found, key=lambda e: (e["time"], e["change"], json.dumps(e["labels"])))


def told(alerts, rule):
    kept = []
    for line in alerts.splitlines():
        alert = json.loads(line)
        if alert["rule"] == rule:
            compared = ("time", "change", "rule", "labels", "active_at", "fired_at", "resolved_at", "values")
            kept.append({k: v for k, v in alert.items() if k in compared})
    return sorted(kept, key=lambda e: (e["time"], e["change"], json.dumps(e["labels"])))


def test_alert_intervals_over_all_are_those_of_the_definition(retail, retail_events, replay):
    expected = brute_force(retail_events, "RefundSpike", "refunds_24h")
    assert len(expected) > 100
    assert told(replay(RULES, retail), "RefundSpike") == expected


def test_alert_intervals_by_country_are_those_of_the_definition(retail, retail_events, replay):
    expected = brute_force(retail_events, "RefundSpikeByCountry", "refunds_24h_country", key="country")
    assert len({e["labels"]["country"] for e in expected}) > 5
    assert told(replay(RULES, retail), "RefundSpikeByCountry") == expected


def last_value(replay, retail, metric):
    trace = replay(RULES, retail, "--trace", metric).decode().splitlines()
    assert trace[0] == "time,metric,value"
    return trace[-1].split(",")[-1]


def test_counts_and_sums_are_the_published_ones(retail, replay):
    published = {
        "purchases_400d": "19959", "sales_400d": "10655622.484", "refunds_400d": "3836", "refunded_400d": "896812.49",
        "stock_adjustments_400d": "2102", "stock_adjusted_400d": "0", "adjustments_400d": "3",
        "adjusted_400d": "-11062.06",
    }
    assert {metric: last_value(replay, retail, metric) for metric in published} == published
    assert float(last_value(replay, retail, "mean_refund_400d")) == 896812.49 / 3836


def test_the_sum_at_every_refund_is_that_of_the_definition(retail, retail_events, replay):
    by_country = collections.defaultdict(list)
    for event in retail_events:
        if event["type"] == "refund":
            by_country[event["attrs"]["country"]].append((seconds(event["time"]), thousandths(event["value"])))
    trace = replay(RULES, retail, "--trace", "refunds_24h_country").decode().splitlines()
    assert trace[0] == "time,metric,country,value"
    # Events of one minute are traced one by one: the last of each instant is the sum at that instant.
    at_instant = {}
    for line in trace[1:]:
        at, _, country, value = line.split(",")
        at_instant[seconds(at), country] = thousandths(float(value))
    assert len(at_instant) > 1000
    groups = {country: Refunds(refunds) for country, refunds in by_country.items()}
    assert at_instant == {(t, country): groups[country].in_a_day(t) for t, country in at_instant}


def test_the_sum_at_every_full_hour_is_that_of_the_definition(retail, retail_events, replay):
    refunds = Refunds([(seconds(e["time"]), thousandths(e["value"])) for e in retail_events if e["type"] == "refund"])
    trace = replay(RULES, retail, "--trace", "refunds_24h", "--trace-at", "1h").decode().splitlines()
    hours = [line.split(",") for line in trace[1:]]
    first, last = seconds(retail_events[0]["time"]), seconds(retail_events[-1]["time"])
    assert [seconds(at) for at, _, _ in hours] == list(range(-(-first // HOUR) * HOUR, last + 1, HOUR))
    values = [thousandths(float(value)) for _, _, value in hours]
    assert values == [refunds.in_a_day(seconds(at)) for at, _, _ in hours]


def test_the_same_input_gives_the_same_bytes(retail, replay):
    assert replay(RULES, retail, "--pending") == replay(RULES, retail, "--pending")
