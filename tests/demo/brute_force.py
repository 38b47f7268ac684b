"""The demo's three rules by brute force, straight from docs/semantics.md: the twin of examples/demo/rules.yaml.

Nothing is kept up to date here: at every instant at which a window could have changed, its events are looked up again.
"""

import bisect
import calendar
import collections
import json
import re

MINUTE = 60_000
# Times in milliseconds; resolved_at is None while it fires.
Alert = collections.namedtuple("Alert", "rule group active_at fired_at resolved_at")

TYPES = {"purchase", "refund", "payment", "ticket_opened", "ticket_resolved", "visit", "review", "stock_level",
         "stage_changed"}
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?Z")


def to_ms(text):
    match = TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    seconds = calendar.timegm((year, month, day, hour, minute, second))
    return seconds * 1000 + int((match.group(7) or "0").ljust(3, "0"))


def read(path):
    """The events that are taken, as (milliseconds, record), and the numbers of the lines that are not."""
    accepted, refused, clock = [], [], 0
    with open(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                record = json.loads(line.decode("utf-8"))
                at = to_ms(record["time"])
                good = record["type"] in TYPES and at is not None and isinstance(record["tenant"], str)
            except (ValueError, KeyError, TypeError):
                good = False
            if not good or at < clock - 10_000:
                refused.append(number)
                continue
            clock = max(clock, at)
            accepted.append((at, record))
    return accepted, refused


class Refunds:
    name, by, window, hold = "RefundSpike", ("tenant",), 60 * MINUTE, 5 * MINUTE

    @staticmethod
    def reads(record):
        return record["type"] == "refund"

    @staticmethod
    def holds(events):
        cents = sum(round(event["amount"] * 100) for event in events)
        return cents > 200_000 and len(events) >= 20

    @staticmethod
    def resolves(events):
        return sum(round(event["amount"] * 100) for event in events) < 100_000


class Complaints:
    name, by, window, hold = "ComplaintBurst", ("tenant", "department"), 30 * MINUTE, 2 * MINUTE

    @staticmethod
    def reads(record):
        return record["type"] == "ticket_opened" and record["topic"] == "complaint"

    @staticmethod
    def holds(events):
        return len(events) >= 12 and sum(event["priority"] for event in events) / len(events) <= 2.5

    @staticmethod
    def resolves(events):
        return len(events) < 6


class Payments:
    name, by, window, hold = "PaymentFailures", ("tenant", "method"), 10 * MINUTE, 3 * MINUTE

    @staticmethod
    def reads(record):
        return record["type"] == "payment"

    @staticmethod
    def failed(events):
        return sum(event["status"] == "failed" for event in events)

    @classmethod
    def holds(cls, events):
        return cls.failed(events) >= 10 and cls.failed(events) / len(events) > 0.3

    @classmethod
    def resolves(cls, events):
        return cls.failed(events) < 4


RULES = (Refunds, Complaints, Payments)


class Life:
    """The state of one rule for one group."""

    def __init__(self, rule, group, alerts):
        self.rule, self.group, self.alerts = rule, group, alerts
        self.active_at = self.fired_at = None

    def turned_true(self, at):
        if self.active_at is None:
            self.active_at = at

    def turned_false(self, at, events):
        if self.fired_at is None:
            self.active_at = None
        elif self.rule.resolves(events):
            self.end(at)

    def fire_when_due(self, closed):
        if self.active_at is not None and self.fired_at is None and self.active_at + self.rule.hold <= closed:
            self.fired_at = self.active_at + self.rule.hold

    def end(self, at):
        self.alerts.append(Alert(self.rule.name, self.group, self.active_at, self.fired_at, at))
        self.active_at = self.fired_at = None


def run_group(rule, group, events, end, alerts):
    times = [at for at, _ in events]
    records = [record for _, record in events]

    def window(at, newest):
        return records[bisect.bisect_right(times, at - rule.window):newest]

    life = Life(rule, group, alerts)
    for at in sorted({at + shift for at in times for shift in (0, rule.window) if at + shift <= end}):
        life.fire_when_due(closed=at - 1)
        first, last = bisect.bisect_left(times, at), bisect.bisect_right(times, at)
        for newest in range(first + 1, last + 1):  # the events of one instant are applied one by one
            if rule.holds(window(at, newest)):
                life.turned_true(at)
        if rule.holds(window(at, last)):
            life.turned_true(at)
        else:
            life.turned_false(at, window(at, last))
        life.fire_when_due(closed=at)
    life.fire_when_due(closed=end)
    if life.fired_at is not None:
        life.end(None)


def alerts_of(accepted):
    """What must fire over these events, by (fired_at, rule, group)."""
    end = max(at for at, _ in accepted)
    alerts = []
    for rule in RULES:
        groups = collections.defaultdict(list)
        for at, record in accepted:
            if rule.reads(record):
                groups[tuple(record[key] for key in rule.by)].append((at, record))
        for group, events in groups.items():
            run_group(rule, dict(zip(rule.by, group)), events, end, alerts)
    return sorted(alerts, key=lambda alert: (alert.fired_at, alert.rule, sorted(alert.group.items())))
