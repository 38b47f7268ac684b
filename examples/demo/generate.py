#!/usr/bin/env python3
"""Makes a day of a CRM platform: events.jsonl, and incidents.json, the list of what was planted in it.

    generate.py --out DIR [--seed 7]

Three tenants, each with departments, products and customers of its own. People visit, buy, pay, ask, complain, review
and send things back, most of them around noon and in the evening; of some customers the six weeks before are known.
Into that noise go a few incidents, which the rules in rules.yaml must find; a few near misses, which look alike and
must stay quiet; and a few damaged lines.

The same seed gives the same bytes on every machine: only random() is taken from Python's generator, and of arithmetic
only what IEEE 754 rounds exactly. log and exp below are built of it; those of a C library may differ in the last digit.
"""

import argparse
import datetime
import hashlib
import json
import math
import os
import random
import sys

DAY = "2026-03-02"
DAY_SECONDS = 86400
DAY_MS = DAY_SECONDS * 1000
MINUTE = 60.0
HOUR = 3600.0

# How busy each hour of the day is; people come around noon and in the evening.
HOURS = [8, 5, 4, 3, 3, 5, 10, 22, 42, 66, 84, 92, 88, 74, 66, 64, 68, 78, 92, 100, 98, 76, 44, 20]

TENANTS = {
    "acme": {"visits": 20000, "shift": 0.0, "opportunities": 90, "median_price": 28.0,
             "departments": ["electronics", "home", "garden"]},
    "globex": {"visits": 15000, "shift": -0.6, "opportunities": 140, "median_price": 45.0,
               "departments": ["travel", "events", "leisure"]},
    "initech": {"visits": 10000, "shift": 0.5, "opportunities": 220, "median_price": 60.0,
                "departments": ["software", "services", "hardware"]},
}
PRODUCTS_PER_DEPARTMENT = 8
METHODS = [("card", 55), ("wallet", 30), ("transfer", 15)]
CHANNELS = [("search", 46), ("direct", 24), ("email", 14), ("social", 10), ("ads", 6)]
TOPICS = [("question", 55), ("complaint", 25), ("change", 20)]
PRIORITIES = [(1, 4), (2, 16), (3, 60), (4, 20)]  # 1 is the most urgent
SCORES = [(5, 55), (4, 22), (3, 10), (2, 5), (1, 8)]
REASONS = [("changed_mind", 45), ("damaged", 25), ("wrong_item", 20), ("late", 10)]
STAGES = ["lead", "qualified", "proposal", "negotiation", "won"]

CONVERSION = 0.2        # of visits that buy
REFUNDED = 0.03         # of purchases
REVIEWED = 0.16         # of purchases
TICKETS = 0.035         # of visits
PAYMENT_FAILS = 0.025   # of first attempts; of a second one a quarter fails again
LOST = 0.22             # of a sale's steps
KNOWN_DAYS = 42         # how long before the day regular customers are known
AWAY_DAYS = 14          # how long a VIP may stay away


# Exactly rounded operations only ----------------------------------------------------------------------------

LN2 = 0.6931471805599453


def log(x):
    """The natural logarithm of a positive number."""
    mantissa, exponent = math.frexp(x)
    if mantissa < 0.7071067811865476:
        mantissa, exponent = mantissa * 2.0, exponent - 1
    z = (mantissa - 1.0) / (mantissa + 1.0)
    square, power, total = z * z, z, 0.0
    for odd in range(1, 26, 2):
        total += power / odd
        power *= square
    return 2.0 * total + exponent * LN2


def exp(x):
    """e to the power of x, for x of moderate size."""
    scale = math.floor(x / LN2 + 0.5)
    rest = x - scale * LN2
    total = term = 1.0
    for n in range(1, 18):
        term *= rest / n
        total += term
    return math.ldexp(total, scale)


class Noise:
    """One stream of random numbers; streams do not disturb one another."""

    def __init__(self, *name):
        digest = hashlib.sha256("/".join(str(part) for part in name).encode()).digest()
        self.uniform = random.Random(int.from_bytes(digest[:8], "big")).random

    def between(self, low, high):
        return low + (high - low) * self.uniform()

    def chance(self, probability):
        return self.uniform() < probability

    def gap(self, rate):
        """The time to the next arrival of a Poisson process."""
        return -log(1.0 - self.uniform()) / rate

    def lognormal(self, median, sigma):
        normal = -6.0
        for _ in range(12):  # not sum(): newer versions of Python add floats more precisely
            normal += self.uniform()
        return median * exp(sigma * normal)

    def pick(self, weighted):
        left = self.uniform() * sum(weight for _, weight in weighted)
        for value, weight in weighted:
            left -= weight
            if left < 0:
                return value
        return weighted[-1][0]

    def one_of(self, items):
        return items[int(self.uniform() * len(items))]

    def arrivals(self, begin, end, rate):
        """Instants of a steady Poisson process, in seconds of the day."""
        at = begin + self.gap(rate)
        while at < end:
            yield at
            at += self.gap(rate)

    def day(self, count, shift):
        """About `count` instants that follow the hours of the day."""
        peak = count * max(HOURS) / (sum(HOURS) * HOUR)
        for at in self.arrivals(0.0, float(DAY_SECONDS), peak):
            if self.chance(busyness(at - shift * HOUR) / max(HOURS)):
                yield at


def busyness(second):
    """The weight of an instant: straight lines between the middles of the hours."""
    hour = second / HOUR - 0.5
    low = math.floor(hour)
    part = hour - low
    return HOURS[low % 24] * (1.0 - part) + HOURS[(low + 1) % 24] * part


def stamp(ms):
    days, of_day = divmod(ms, DAY_MS)
    seconds, fraction = divmod(of_day, 1000)
    date = datetime.date.fromisoformat(DAY) + datetime.timedelta(days=days)
    text = f"{date}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return text + (f".{fraction:03d}".rstrip("0") if fraction else "") + "Z"


def money(amount):
    return math.floor(amount * 100.0 + 0.5) / 100.0


# The platform -----------------------------------------------------------------------------------------------

class Tenant:
    """One tenant's day. Events are (milliseconds, order of making, record); what falls behind midnight is dropped.
    Seconds and milliseconds are those of the day, and below zero before it."""

    def __init__(self, name, seed, events):
        self.name, self.seed, self.events = name, seed, events
        self.traits = TENANTS[name]
        self.serial = {}
        # What is planted and changes how the day goes.
        self.failing = []    # (method, begin, end, probability): payments fail
        self.shortages = []  # (product, begin, end, least): this many units are left, or a few more
        self.stalls = []     # (begin, end, probability): sales are lost
        noise = self.noise("catalogue")
        self.products = [
            {"product": f"{name}-{department}-{n + 1}", "department": department,
             "price": money(min(noise.lognormal(self.traits["median_price"], 0.6), 12 * self.traits["median_price"]))}
            for department in self.traits["departments"] for n in range(PRODUCTS_PER_DEPARTMENT)]

    def noise(self, stream):
        return Noise(self.seed, self.name, stream)

    def emit(self, second, kind, **attributes):
        ms = int(second * 1000.0)
        if ms < DAY_MS:
            self.events.append((ms, len(self.events), {"type": kind, "tenant": self.name, **attributes}))

    def number(self, kind):
        self.serial[kind] = self.serial.get(kind, 0) + 1
        return f"{self.name}-{kind}{self.serial[kind]:05d}"

    def customer(self, noise):
        u = noise.uniform()  # few come often, many rarely
        return f"{self.name}-c{int(1 + 4000 * u * u * u):04d}"

    def live(self):
        self.visits()
        self.tickets()
        self.stock()
        self.funnel()
        self.regulars()

    def visits(self):
        noise = self.noise("visits")
        for start in noise.day(self.traits["visits"], self.traits["shift"]):
            evening = 1.0 + 0.5 * busyness(start - 2 * HOUR) / max(HOURS)  # people take their time after work
            seconds = min(noise.lognormal(95.0 * evening, 0.9), 3 * HOUR)
            customer = self.customer(noise)
            end = start + seconds
            self.emit(end, "visit", customer=customer, channel=noise.pick(CHANNELS), seconds=int(seconds),
                      pages=1 + int(seconds / noise.between(20, 60)))
            if noise.chance(CONVERSION):
                self.purchase(noise, end + noise.between(1, 20), customer, noise.one_of(self.products))

    def purchase(self, noise, at, customer, product):
        order = self.number("o")
        amount = money(product["price"] * (1 + int(noise.gap(1.4))))
        what = {"customer": customer, "order": order, "department": product["department"],
                "product": product["product"]}
        self.emit(at, "purchase", **what, amount=amount)
        self.pay(noise, at + noise.between(3, 25), customer, order, amount, noise.pick(METHODS))
        if noise.chance(REFUNDED):
            self.emit(at + noise.lognormal(3 * HOUR, 0.7), "refund", **what, amount=amount,
                      reason=noise.pick(REASONS))
        if noise.chance(REVIEWED):
            self.emit(at + noise.lognormal(2.5 * HOUR, 0.6), "review", customer=customer,
                      product=product["product"], score=noise.pick(SCORES))

    def pay(self, noise, at, customer, order, amount, method):
        """Up to three attempts; an outage of the method makes most of them fail."""
        fails = PAYMENT_FAILS
        for _ in range(3):
            outages = [p for m, begin, end, p in self.failing if m == method and begin <= at < end]
            probability = max([fails] + outages)
            failed = noise.chance(probability)
            self.emit(at, "payment", customer=customer, order=order, method=method, amount=amount,
                      status="failed" if failed else "ok")
            if not failed:
                return
            at += noise.between(15, 80)
            fails = 1 / 4

    def tickets(self):
        noise = self.noise("tickets")
        for at in noise.day(self.traits["visits"] * TICKETS, self.traits["shift"]):
            self.ticket(noise, at, noise.pick(TOPICS), noise.one_of(self.traits["departments"]), noise.pick(PRIORITIES))

    def ticket(self, noise, at, topic, department, priority):
        what = {"customer": self.customer(noise), "ticket": self.number("t"), "department": department,
                "topic": topic, "priority": priority}
        self.emit(at, "ticket_opened", **what)
        seconds = noise.lognormal(40.0 * priority * MINUTE, 0.6)
        self.emit(at + seconds, "ticket_resolved", **what, minutes=int(seconds / MINUTE))

    def stock(self):
        noise = self.noise("stock")
        for n, product in enumerate(self.products):
            units = int(noise.between(150, 400))
            for tick in range(48):
                at = tick * 1800.0 + n * 7.0 + noise.uniform()
                units -= min(units, int(noise.gap(0.12) * busyness(at) / max(HOURS)))
                if units < 40:
                    units += 250  # the warehouse fills up
                short = [least for p, begin, end, least in self.shortages
                         if p == product["product"] and begin <= at < end]
                self.emit(at, "stock_level", department=product["department"], product=product["product"],
                          units=short[0] + units % 15 if short else units)

    def funnel(self):
        noise = self.noise("funnel")
        for at in noise.day(self.traits["opportunities"], self.traits["shift"]):
            customer, opportunity = self.customer(noise), self.number("s")
            value = money(noise.lognormal(40 * self.traits["median_price"], 0.8))
            for before, after in zip(STAGES, STAGES[1:]):
                at += noise.lognormal(1.5 * HOUR, 0.7)
                lost = noise.chance(max([LOST] + [p for begin, end, p in self.stalls if begin <= at < end]))
                self.emit(at, "stage_changed", customer=customer, opportunity=opportunity, before=before,
                          after="lost" if lost else after, value=value)
                if lost:
                    break

    def regulars(self):
        """Some VIPs, who all come back in time."""
        noise = self.noise("regulars")
        for _ in range(5):
            self.regular(noise, "vip", noise.between(3, 5), last=noise.between(-2, 0.9) * DAY_SECONDS)

    def regular(self, noise, segment, gap, last):
        """A customer who has been known for a while and bought about every `gap` days, `last` for the last time."""
        customer = self.number("v")
        times = [last]
        while times[-1] > -KNOWN_DAYS * DAY_SECONDS:
            times.append(times[-1] - gap * noise.between(0.8, 1.2) * DAY_SECONDS)
        self.emit(times[-1] - MINUTE, "identify", customer=customer, segment=segment)
        for at in reversed(times):
            self.bought(noise, at, customer)
        return customer

    def bought(self, noise, at, customer):
        product = noise.one_of(self.products)
        self.emit(at, "purchase", customer=customer, order=self.number("o"), department=product["department"],
                  product=product["product"], amount=product["price"])


# What is planted --------------------------------------------------------------------------------------------

class Planted:
    """Incidents and near misses, and the list of them."""

    def __init__(self, seed, tenants):
        self.seed, self.tenants = seed, tenants
        self.incidents, self.near_misses = [], []

    def plan(self, name, hour, minutes):
        """A tenant's noise for one scene, and its time: up to 25 minutes off the hour given, by seed."""
        noise = Noise(self.seed, "scene", name)
        begin = math.floor((hour * 60 + noise.between(-25, 25))) * MINUTE
        return noise, begin, begin + minutes * MINUTE

    def note(self, listed, rule, group, begin, end, what):
        listed.append({"rule": rule, "group": group, "from": stamp(int(begin * 1000)), "to": stamp(int(end * 1000)),
                       "what": what})

    # What changes how customers' days go has to be known before they are lived.
    def changes(self):
        self.outages()
        self.shortages()
        self.stall()

    def outages(self):
        for tenant, method, hour, minutes in (("globex", "card", 10.0, 45), ("acme", "wallet", 20.0, 30)):
            _, begin, end = self.plan(method, hour, minutes)
            self.tenants[tenant].failing.append((method, begin, end, 0.85))
            self.note(self.incidents, "PaymentFailures", {"tenant": tenant, "method": method}, begin, end,
                      f"{method} payments fail")

    def shortages(self):
        for listed, tenant, nth, hour, minutes, least, what in (
                (self.incidents, "acme", 5, 13.5, 120, 0, "no delivery comes"),
                (self.near_misses, "initech", 2, 3.0, 90, 0, "sold out at night: nobody buys"),
                (self.near_misses, "globex", 1, 13.0, 120, 20, "few are left, but enough")):
            _, begin, end = self.plan(f"stock {tenant}", hour, minutes)
            product = self.tenants[tenant].products[nth]["product"]
            self.tenants[tenant].shortages.append((product, begin, end, least))
            self.note(listed, "StockShortage", {"tenant": tenant, "product": product}, begin, end, what)

    def stall(self):
        _, begin, end = self.plan("stall", 17.0, 150)
        self.tenants["initech"].stalls.append((begin, end, 0.95))
        self.note(self.incidents, "FunnelStall", {"tenant": "initech"}, begin, end, "a rival is cheaper")

    def bursts(self):
        self.faulty_product()
        self.lost_parcels()
        self.big_refund()
        self.price_correction()
        self.typo()
        self.questions()
        self.night_failures()
        self.flash_sale()
        self.hiccup()
        self.lost_at_night()
        self.lost_at_once()
        self.vip_stays_away()
        self.absences_that_mean_nothing()

    def faulty_product(self):
        acme = self.tenants["acme"]
        noise, begin, end = self.plan("faulty", 12.5, 50)
        product = acme.products[1]
        for at in noise.arrivals(begin, end, 1.5 / MINUTE):
            acme.emit(at, "refund", customer=acme.customer(noise), order=acme.number("o"),
                      department=product["department"], product=product["product"],
                      amount=money(noise.between(60, 110)), reason="damaged")
        self.note(self.incidents, "RefundSpike", {"tenant": "acme"}, begin, end, "a product is faulty")

    def lost_parcels(self):
        globex = self.tenants["globex"]
        noise, begin, end = self.plan("lost", 15.0, 40)
        department = noise.one_of(globex.traits["departments"])
        for at in noise.arrivals(begin, end, 1.2 / MINUTE):
            globex.ticket(noise, at, "complaint", department, noise.pick([(1, 35), (2, 45), (3, 20)]))
        self.note(self.incidents, "ComplaintBurst", {"tenant": "globex", "department": department}, begin, end,
                  "bookings were lost")

    def big_refund(self):
        globex = self.tenants["globex"]
        noise, begin, end = self.plan("big", 17.5, 1)
        product = globex.products[4]
        globex.emit(begin + 30, "refund", customer=globex.customer(noise), order=globex.number("o"),
                    department=product["department"], product=product["product"],
                    amount=money(noise.between(6000, 7000)), reason="changed_mind")
        self.note(self.near_misses, "RefundSpike", {"tenant": "globex"}, begin, end,
                  "one company cancels one big order")

    def price_correction(self):
        initech = self.tenants["initech"]
        noise, begin, end = self.plan("correction", 9.0, 40)
        for at in noise.arrivals(begin, end, 0.8 / MINUTE):
            product = noise.one_of(initech.products)
            initech.emit(at, "refund", customer=initech.customer(noise), order=initech.number("o"),
                         department=product["department"], product=product["product"],
                         amount=money(noise.between(3, 12)), reason="wrong_item")
        self.note(self.near_misses, "RefundSpike", {"tenant": "initech"}, begin, end,
                  "a price correction: small refunds")

    def typo(self):
        acme = self.tenants["acme"]
        noise, begin, end = self.plan("typo", 16.5, 25)
        for at in noise.arrivals(begin, end, 1.0 / MINUTE):
            acme.ticket(noise, at, "complaint", "garden", 4)
        self.note(self.near_misses, "ComplaintBurst", {"tenant": "acme", "department": "garden"}, begin, end,
                  "a typo in a letter: nothing urgent")

    def questions(self):
        initech = self.tenants["initech"]
        noise, begin, end = self.plan("questions", 10.0, 20)
        for at in noise.arrivals(begin, end, 2.0 / MINUTE):
            initech.ticket(noise, at, "question", "software", noise.pick([(1, 20), (2, 50), (3, 30)]))
        self.note(self.near_misses, "ComplaintBurst", {"tenant": "initech", "department": "software"}, begin, end,
                  "a release: nothing but questions")

    def payments(self, tenant, noise, method, begin, end, count, failed):
        """`count` payments spread over a time; the first `failed` in a shuffled order fail."""
        outcomes = ["failed" if n < failed else "ok" for n in range(count)]
        for n in range(count - 1, 0, -1):
            other = int(noise.uniform() * (n + 1))
            outcomes[n], outcomes[other] = outcomes[other], outcomes[n]
        for n, outcome in enumerate(outcomes):
            tenant.emit(begin + (end - begin) * (n + noise.uniform()) / count, "payment",
                        customer=tenant.customer(noise), order=tenant.number("o"), method=method,
                        amount=money(noise.lognormal(40.0, 0.5)), status=outcome)

    def night_failures(self):
        noise, begin, end = self.plan("night", 3.0, 8)
        self.payments(self.tenants["initech"], noise, "card", begin, end, 5, 4)
        self.note(self.near_misses, "PaymentFailures", {"tenant": "initech", "method": "card"}, begin, end,
                  "4 of 5 payments fail at night")

    def flash_sale(self):
        noise, begin, end = self.plan("sale", 14.0, 8)
        self.payments(self.tenants["acme"], noise, "card", begin, end, 180, 14)
        self.note(self.near_misses, "PaymentFailures", {"tenant": "acme", "method": "card"}, begin, end,
                  "a flash sale: 14 of 180 payments fail")

    def hiccup(self):
        globex = self.tenants["globex"]
        noise, begin, end = self.plan("hiccup", 18.0, 2)
        self.payments(globex, noise, "transfer", begin, begin + 40, 14, 14)
        self.payments(globex, noise, "transfer", begin + 50, end, 60, 0)
        self.note(self.near_misses, "PaymentFailures", {"tenant": "globex", "method": "transfer"}, begin, end,
                  "a hiccup: 14 failures, then none")

    def lost_sales(self, tenant, noise, begin, end, count):
        for n in range(count):
            tenant.emit(begin + (end - begin) * (n + noise.uniform()) / count, "stage_changed",
                        customer=tenant.customer(noise), opportunity=tenant.number("s"), before="proposal",
                        after="lost", value=money(noise.lognormal(1000.0, 0.8)))

    def lost_at_night(self):
        noise, begin, end = self.plan("lost at night", 4.0, 60)
        self.lost_sales(self.tenants["acme"], noise, begin, end, 9)
        self.note(self.near_misses, "FunnelStall", {"tenant": "acme"}, begin, end, "9 sales are lost, but at night")

    def lost_at_once(self):
        noise, begin, end = self.plan("lost at once", 11.5, 10)
        self.lost_sales(self.tenants["globex"], noise, begin, end, 12)
        self.note(self.near_misses, "FunnelStall", {"tenant": "globex"}, begin, end, "12 sales are lost at once")

    def absence(self, listed, tenant, segment, gap, hour, minutes, what):
        """A regular customer whose last purchase was AWAY_DAYS before the beginning of a scene."""
        noise, begin, end = self.plan(f"{segment} {tenant.name} {hour}", hour, minutes)
        customer = tenant.regular(noise, segment, gap, last=begin - AWAY_DAYS * DAY_SECONDS)
        self.note(listed, "VipInactive", {"tenant": tenant.name, "customer": customer}, begin, end, what)
        return noise, customer, begin, end

    def vip_stays_away(self):
        initech = self.tenants["initech"]
        noise, customer, _, end = self.absence(self.incidents, initech, "vip", 4.0, 7.0, 180, "a VIP stays away")
        initech.bought(noise, end, customer)

    def absences_that_mean_nothing(self):
        acme, globex, initech = (self.tenants[name] for name in TENANTS)
        self.absence(self.near_misses, acme, "vip", 6.0, 12.0, 60, "a VIP who comes every six days")
        self.absence(self.near_misses, globex, "plain", 4.0, 9.0, 60, "not a VIP")
        noise, customer, begin, _ = self.absence(self.near_misses, initech, "vip", 4.0, 18.5, 30,
                                                 "a VIP who comes at the last moment")
        initech.bought(noise, begin, customer)


# Damaged lines ----------------------------------------------------------------------------------------------

def cut(line, _):
    return line[:len(line) * 2 // 3]


def damaged(record, **changes):
    changed = {**record, **changes}
    return encode({name: value for name, value in changed.items() if value is not None})


DAMAGES = [
    ("malformed", "cut off in the middle", cut),
    ("empty", "an empty line", lambda line, record: b""),
    ("encoding", "bytes that are not UTF-8", lambda line, record: line.replace(b'"tenant":"', b'"tenant":"\xff\xfe')),
    ("not_an_object", "a list instead of an object", lambda line, record: b"[" + line + b"]"),
    ("missing_type", "an event without a type", lambda line, record: damaged(record, type=None)),
    ("unknown_type", "a type that nobody declared", lambda line, record: damaged(record, type="purchaze")),
    ("missing_time", "an event without a time", lambda line, record: damaged(record, time=None)),
    ("bad_time", "the 31st of February", lambda line, record: damaged(record, time="2026-02-31T12:00:00Z")),
    ("bad_value", "a tenant that is a number", lambda line, record: damaged(record, tenant=42)),
    ("late", "an event of the day before", lambda line, record: damaged(record, time="2026-03-01T23:30:00Z")),
]


def encode(record):
    return json.dumps(record, separators=(",", ":")).encode()


def damage(lines, records, seed):
    """Puts one damaged copy of a line for every kind of damage; says where they stand."""
    noise = Noise(seed, "damage")
    places = sorted(int(noise.between(0.03, 0.97) * len(lines)) for _ in DAMAGES)
    listed = []
    for shift, (place, (reason, what, change)) in enumerate(zip(places, DAMAGES)):
        at = place + shift
        lines.insert(at, change(encode(records[place]), {**records[place], "id": records[place]["id"] + "x"}))
        listed.append({"line": at + 1, "reason": reason, "what": what})
    return listed


def generate(seed):
    """The lines of the day and what was planted in it."""
    events = []
    tenants = {name: Tenant(name, seed, events) for name in TENANTS}
    planted = Planted(seed, tenants)
    planted.changes()
    for tenant in tenants.values():
        tenant.live()
    planted.bursts()

    events.sort(key=lambda event: event[:2])
    records = [{"type": record["type"], "id": f"e{n:06d}", "time": stamp(ms), **record}
               for n, (ms, _, record) in enumerate(events, start=1)]
    lines = [encode(record) for record in records]
    by_time = lambda listed: sorted(listed, key=lambda item: (item["from"], item["rule"]))
    return lines, {"seed": seed, "day": DAY, "events": len(records), "incidents": by_time(planted.incidents),
                   "near_misses": by_time(planted.near_misses), "damaged": damage(lines, records, seed)}


def write(directory, seed):
    lines, planted = generate(seed)
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "events.jsonl"), "wb") as file:
        file.write(b"\n".join(lines) + b"\n")
    with open(os.path.join(directory, "incidents.json"), "w", encoding="utf-8", newline="\n") as file:
        json.dump(planted, file, indent=2)
        file.write("\n")
    return planted


def main():
    parser = argparse.ArgumentParser(description="Makes a day of a CRM platform, with incidents planted in it.")
    parser.add_argument("--out", required=True, metavar="DIR", help="where events.jsonl, incidents.json go")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another day (default: 7)")
    arguments = parser.parse_args()
    planted = write(arguments.out, arguments.seed)
    print(f"{planted['events']} events, {len(planted['incidents'])} incidents, {len(planted['near_misses'])} near "
          f"misses, {len(planted['damaged'])} damaged lines in {arguments.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
