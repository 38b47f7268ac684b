"""The demo's six rules by brute force, straight from docs/semantics.md: the twin of examples/demo/rules.yaml.

Nothing is kept up to date here: at every instant at which a window could have changed, its events are looked up again.
"""

import bisect
import calendar
import collections
import json
import re

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
# Times in milliseconds; resolved_at is None while it fires.
Alert = collections.namedtuple("Alert", "rule group active_at fired_at resolved_at")

TYPES = {"purchase", "refund", "payment", "ticket_opened", "ticket_resolved", "visit", "review", "stock_level",
         "stage_changed", "identify"}
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


class Rule:
    """A rule over the events of one group that lie in (t - window, t], or over all where there is no window."""

    window = None
    hold = 0

    @classmethod
    def moments(cls, events):
        """The instants at which what the rule reads can change."""
        return {at + shift for at, _ in events for shift in (0, cls.window)}

    @staticmethod
    def resolves(events, at):
        return True


class Refunds(Rule):
    name, by, window, hold = "RefundSpike", ("tenant",), 60 * MINUTE, 5 * MINUTE

    @staticmethod
    def reads(record):
        return record["type"] == "refund"

    @staticmethod
    def cents(events):
        return sum(round(event["amount"] * 100) for _, event in events)

    @classmethod
    def holds(cls, events, at):
        return cls.cents(events) > 200_000 and len(events) >= 20

    @classmethod
    def resolves(cls, events, at):
        return cls.cents(events) < 100_000


class Complaints(Rule):
    name, by, window, hold = "ComplaintBurst", ("tenant", "department"), 30 * MINUTE, 2 * MINUTE

    @staticmethod
    def reads(record):
        return record["type"] == "ticket_opened" and record["topic"] == "complaint"

    @staticmethod
    def holds(events, at):
        return len(events) >= 12 and sum(event["priority"] for _, event in events) / len(events) <= 2.5

    @staticmethod
    def resolves(events, at):
        return len(events) < 6


class Payments(Rule):
    name, by, window, hold = "PaymentFailures", ("tenant", "method"), 10 * MINUTE, 3 * MINUTE

    @staticmethod
    def reads(record):
        return record["type"] == "payment"

    @staticmethod
    def failed(events):
        return sum(event["status"] == "failed" for _, event in events)

    @classmethod
    def holds(cls, events, at):
        return cls.failed(events) >= 10 and cls.failed(events) / len(events) > 0.3

    @classmethod
    def resolves(cls, events, at):
        return cls.failed(events) < 4


class Absences(Rule):
    name, by = "VipInactive", ("tenant", "customer")

    @staticmethod
    def reads(record):
        return record["type"] in ("purchase", "identify")

    @staticmethod
    def purchases(events):
        return sorted({time for time, event in events if event["type"] == "purchase"})

    @classmethod
    def moments(cls, events):
        times = cls.purchases(events)
        deadlines = {times[n] + max(14 * DAY, -(-3 * (times[n] - times[0]) // n)) for n in range(1, len(times))}
        return {at for at, _ in events} | deadlines

    @classmethod
    def holds(cls, events, at):
        segments = [event["segment"] for _, event in events if event["type"] == "identify"]
        if segments[-1:] != ["vip"]:
            return False
        times = cls.purchases(events)
        if len(times) < 2:
            return False
        idle = at - times[-1]
        return idle >= 14 * DAY and idle * (len(times) - 1) >= 3 * (times[-1] - times[0])


class Shortages(Rule):
    name, by, hold = "StockShortage", ("tenant", "product"), 10 * MINUTE

    @staticmethod
    def reads(record):
        return record["type"] in ("stock_level", "purchase")

    @staticmethod
    def moments(events):
        return {at + shift for at, _ in events for shift in (0, 60 * MINUTE)}

    @staticmethod
    def stock(events):
        return next((event["units"] for _, event in reversed(events) if event["type"] == "stock_level"), None)

    @classmethod
    def holds(cls, events, at):
        stock = cls.stock(events)
        if stock is None or stock >= 20:
            return False
        return sum(event["type"] == "purchase" and time > at - 60 * MINUTE for time, event in events) >= 5

    @classmethod
    def resolves(cls, events, at):
        return cls.stock(events) >= 100


class Stalls(Rule):
    name, by, window, hold = "FunnelStall", ("tenant",), 120 * MINUTE, 10 * MINUTE

    @staticmethod
    def reads(record):
        return record["type"] == "stage_changed"

    @staticmethod
    def went_on(events):
        return sum(event["after"] != "lost" for _, event in events)

    @classmethod
    def holds(cls, events, at):
        return len(events) >= 25 and cls.went_on(events) / len(events) < 0.4

    @classmethod
    def resolves(cls, events, at):
        return len(events) > 0 and cls.went_on(events) / len(events) > 0.6


RULES = (Refunds, Complaints, Payments, Absences, Shortages, Stalls)


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
        elif self.rule.resolves(events, at):
            self.end(at)

    def fire_when_due(self, closed):
        if self.active_at is not None and self.fired_at is None and self.active_at + self.rule.hold <= closed:
            self.fired_at = self.active_at + self.rule.hold

    def end(self, at):
        self.alerts.append(Alert(self.rule.name, self.group, self.active_at, self.fired_at, at))
        self.active_at = self.fired_at = None


def run_group(rule, group, events, end, alerts):
    times = [at for at, _ in events]

    def window(at, newest):
        oldest = 0 if rule.window is None else bisect.bisect_right(times, at - rule.window)
        return events[oldest:newest]

    life = Life(rule, group, alerts)
    for at in sorted(at for at in rule.moments(events) if at <= end):
        life.fire_when_due(closed=at - 1)
        first, last = bisect.bisect_left(times, at), bisect.bisect_right(times, at)
        for newest in range(first + 1, last + 1):  # the events of one instant are applied one by one
            if rule.holds(window(at, newest), at):
                life.turned_true(at)
        if rule.holds(window(at, last), at):
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
