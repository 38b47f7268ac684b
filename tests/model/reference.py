"""The slow engine: it keeps every event and works everything out again at every instant at which anything can change.

It is written from docs/semantics.md alone, section by section, apart from the engine that it checks. What that page
leaves open is decided in README.md, by number (D1, D2, ...).
"""

import fractions

import aggregate
from alert import Alert
from arrival import read_record
from expression import FAULT, NO_DATA, SECOND, answered, evaluate, names, slope, time_text
from groups import Groups
from rule import Rule, base_metrics

MINUTE = 60 * SECOND
FROZEN = object()
LIMIT_RULE = "TocsinLimitReached"
# D5: the one group of no keys is there from the first instant, before any event of its metrics.
GLOBAL_GROUP_IS_KNOWN = True


class Engine:
    def __init__(self, config):
        self.config = config
        self.metrics = config["metrics"]
        self.groups = Groups(config)
        profiles = config.get("profiles", {})
        self.rules = [Rule(name, spec, self.metrics, profiles) for name, spec in sorted(config["rules"].items())]
        self.rule_of = {rule.name: rule for rule in self.rules}
        self.clock = self.began = None
        self.closed = False
        self.alerts = {}  # (rule's name, key): Alert
        self.due = {}  # the same: the next instant at which it must be looked at
        self.coarse_due = {}  # the same, for a turn of its terms of coarser metrics
        self.fallen = set()  # the same: turned false, or lower, in the open instant, so asked again when it is closed
        self.recheck = set()  # the same: what passing time may have changed in it
        self.coarse_truth = {}  # the same: what its terms of coarser metrics answered
        self.limits_reached = {}  # grouping: since when (5.9)
        self.ids = {}
        self.held = []  # by `reorder`
        self.newest_arrival = None
        self.arrivals = 0
        self.seq = 0
        self.changes = []

    def value(self, name, key=()):
        return self.groups.value(name, key)

    # Section 2: what arrives

    def ingest(self, record):
        """Returns None, or the reason why it was not taken."""
        event, reason = read_record(record, self.config)
        if reason:
            return reason
        ingest, time = self.config["ingest"], event["time"]
        keeps = ingest.get("deduplicate")
        if keeps and event["id"] is not None:
            remembered = self.ids.get(event["id"])
            if remembered is not None and (self.clock is None or self.clock < remembered + keeps):
                return "duplicate"
        late = self.clock is not None and time < self.clock - ingest.get("allowed_lateness", 10 * SECOND)
        if not late:
            self._take(event)
        if keeps and event["id"] is not None:
            # D3: the clock when it has arrived, or would be if nothing were held
            self.ids[event["id"]] = max(time, self.clock if self.clock is not None else time)
        return "late" if late else None

    def _take(self, event):
        """2.6, D4: what is ahead of the clock is held until the newest arrival is D ahead of it."""
        self.arrivals += 1
        event["arrival"] = self.arrivals
        delay = self.config["ingest"].get("reorder")
        if not delay:
            return self._apply(event)
        if self.clock is not None and event["time"] <= self.clock:
            return self._apply(event)
        self.held.append(event)
        self.newest_arrival = max(event["time"], self.newest_arrival or event["time"])
        self._release(self.newest_arrival - delay)

    def _release(self, until):
        for event in sorted(self.held, key=lambda event: (event["time"], event["arrival"])):
            if event["time"] <= until:
                self.held.remove(event)
                self._apply(event)

    # Section 1: the clock

    def advance_to(self, time):
        self._release(time)
        if self.clock is not None and time < self.clock:
            return
        if self.clock is None:
            self._begin(time)
        elif time > self.clock:
            self._pass_until(time)
            self._move_clock(time)
        if not self.closed:
            self._close()

    def _begin(self, time):
        self.clock = self.groups.clock = self.began = self.groups.began = time
        for rule in self.rules:
            if GLOBAL_GROUP_IS_KNOWN and rule.grouping == () and not rule.spec.get("event"):
                self._alert(rule, ())
                self.recheck.add((rule.name, ()))

    def _pass_until(self, time):
        """What is due before `time`, each at its own instant (1.3)."""
        if not self.closed:
            self._close()
        self._forget_expired()  # an event may have come when its group should have been forgotten already (D12)
        while (instant := self._next_instant()) is not None and instant < time:
            self._move_clock(instant)
            self._close()

    def _move_clock(self, time):
        self.clock = self.groups.clock = time
        self.closed = False
        self.groups.changed()
        self.fallen.clear()
        self.recheck = {place for place, due in self.due.items() if due is not None and due <= time}

    def _apply(self, event):
        """1.3, 1.4: the event is applied, then the conditions that it can change are evaluated."""
        if self.clock is None:
            self._begin(event["time"])
        elif event["time"] > self.clock:
            self._pass_until(event["time"])
            self._move_clock(event["time"])
        known, profiles, full = self.groups.take_profiles(event)
        self.groups.changed()
        touched, known_too, full_too = self.groups.take(event)
        for grouping in sorted(full | full_too):
            self._say_limit(grouping)
        new = self._welcome(known | known_too)
        for place in sorted(self._concerned(event, touched, profiles) | new):
            self._look_at_event(place, event, touched, profiles)
        if self.closed:
            self._decide_deadlines()

    def _close(self):
        self.closed = True
        self._evaluate_all()
        self._decide_deadlines()
        self._forget_expired()
        self._take_back_limits()
        self.fallen.clear()
        self.recheck.clear()

    def _forget_expired(self):
        if self._expire():
            self._evaluate_all(again=True)
            self._decide_deadlines()
            self._take_back_limits()

    def _next_instant(self):
        """The next instant at which anything can change."""
        self._set_due()
        found = [*self.due.values(), *self.coarse_due.values()]
        for alert in self.alerts.values():
            found += alert.deadlines()
        for rule in self.rules:
            period = rule.spec.get("every") or (MINUTE if rule.sampled else None)
            if period and any(name == rule.name for name, _ in self.alerts):
                found.append((self.clock // period + 1) * period)
        for grouping in self.limits_reached:
            found += self.groups.exits(grouping)
        found += [self.groups.expires_at(*place) for place in self.groups.newest]
        return min((instant for instant in found if instant is not None and instant > self.clock), default=None)

    # 5.9: limits

    def _say_limit(self, grouping):
        if grouping not in self.limits_reached:
            self.limits_reached[grouping] = self.clock
            self._emit_limit(grouping, "firing")

    def _take_back_limits(self):
        for grouping in sorted(self.limits_reached):
            if len(self.groups.full(grouping)) < self.groups.limit(grouping):
                self._emit_limit(grouping, "resolved")
                del self.limits_reached[grouping]

    def _emit_limit(self, grouping, change):
        """What it is called and labelled is not compared, only when it fires and ends (D9)."""
        self.seq += 1
        since = self.limits_reached[grouping]
        self.changes.append({"time": self.clock, "change": change, "rule": LIMIT_RULE, "severity": "", "labels": {},
                             "active_at": since, "fired_at": since, "seq": self.seq, "reason": None, "values": {},
                             "resolved_at": self.clock if change == "resolved" else None})

    # 3.11: what is forgotten

    def _expire(self):
        expired = self.groups.expired()
        gone = {(rule.name, key) for grouping, key in expired for rule in self.rules if rule.grouping == grouping}
        for place in sorted(gone & set(self.alerts)):  # told with the values that they end with
            self.alerts[place].end(self.clock, "group_expired")
            for table in (self.alerts, self.due, self.coarse_due, self.coarse_truth):
                table.pop(place, None)
            self.recheck.discard(place)
            self.fallen.discard(place)
        for grouping, key in expired:
            for attribute in self.config.get("profiles", {}).get(grouping[0], {}).get("attributes", []):
                if len(grouping) == 1:
                    self.recheck |= {place for place in self.alerts
                                     if self._knows_of(place, grouping[0], key[0], attribute)}
            self.groups.forget(grouping, key)
        return bool(expired)

    # Sections 4 and 5: rules

    def _welcome(self, groups):
        """D5: every rule of a grouping looks at every group of it. Returns what was not known before."""
        places = {(rule.name, key) for grouping, key in groups for rule in self.rules
                  if rule.grouping == grouping and not rule.spec.get("event")}
        new = places - set(self.alerts)
        for name, key in new:
            self._alert(self.rule_of[name], key)
        return {place for place in new if not self.rule_of[place[0]].spec.get("every")}

    def _alert(self, rule, key):
        place = (rule.name, key)
        if place not in self.alerts:
            self.alerts[place] = Alert(rule.spec, key, lambda *change: self._emit(rule, *change))
            self.coarse_truth[place] = self._coarse_answers(rule, key)
        return self.alerts[place]

    def _concerned(self, event, touched, profiles):
        """The alerts that an event may change at once, as (rule's name, key)."""
        places = set()
        for rule in self.rules:
            if rule.spec.get("event"):
                key = self.groups.key_of(event, rule.grouping)
                if key is not None and event["type"] in rule.spec["event"] + rule.spec.get("resolve_event", []):
                    places.add((rule.name, key))
        for place in self.alerts:
            rule = self.rule_of[place[0]]
            if rule.spec.get("every"):
                continue
            keys = dict(zip(rule.grouping, place[1]))
            read = [name for name, key in touched
                    if name in rule.reads and key == tuple(keys[part] for part in self.metrics[name]["by"])]
            own = any(tuple(self.metrics[name]["by"]) == rule.grouping for name in read)
            said = [changed for changed in profiles if self._knows_of(place, *changed)]
            own = own or any((key,) == rule.grouping for key, _, _ in said)
            coarse = read + ["profile." + attribute for _, _, attribute in said]
            if own or (coarse and self._coarse_terms_turned(rule, place, coarse)):
                places.add(place)
        return places

    def _knows_of(self, place, key, value, attribute):
        """Whether it reads this attribute of the profile of this value of a key."""
        rule = self.rule_of[place[0]]
        read = {name for tree in rule.trees + ([rule.scope] if rule.scope else []) for name in names(tree)}
        return dict(zip(rule.grouping, place[1])).get(key) == value and "profile." + attribute in read

    def _coarse_answers(self, rule, key):
        read = self.groups.reader(rule.grouping, key)  # whether they are believed yet or not (D6)
        return [evaluate(term, read, self.clock) for term in rule.coarse_terms]

    def _coarse_terms_turned(self, rule, place, changed=None):
        """Any of those that read one of the metrics `changed`, or of all."""
        answers = zip(rule.coarse_terms, self._coarse_answers(rule, place[1]), self.coarse_truth[place])
        return any(now != before for term, now, before in answers
                   if changed is None or (base_metrics([term], self.metrics) | set(names(term))) & set(changed))

    def _look_at_event(self, place, event, touched, profiles):
        rule = self.rule_of[place[0]]
        if not rule.spec.get("event"):
            self.recheck.discard(place)  # what has left in this instant is known by now
            return self._evaluate(place)
        if event["type"] in rule.spec["event"] and self._matches(rule, place[1], event):
            self.groups.see((rule.grouping, place[1]), event["time"])
            self._alert(rule, place[1]).match(self.clock, event["time"])
        elif event["type"] in rule.spec.get("resolve_event", []):
            if (rule.grouping, place[1]) in self.groups.newest:  # it makes no group known
                self.groups.see((rule.grouping, place[1]), event["time"])
            if place in self.alerts:
                self.alerts[place].end(self.clock)
        elif place in self.alerts:
            self._evaluate(place)

    def _matches(self, rule, key, event):
        def read(name):
            value = event["attributes"].get(name[len("event."):], NO_DATA)
            return float(value) if isinstance(value, fractions.Fraction) else value

        if rule.scope and evaluate(rule.scope, self.groups.reader(rule.grouping, key), self.clock) is not True:
            return False
        condition = rule.spec.get("event_when")
        return condition is None or evaluate(condition, read, self.clock) is True

    def _evaluate_all(self, again=False):
        """When an instant is closed: what passing time changed, and what turned false (1.4, 1.5)."""
        for place in sorted(self.alerts):
            rule = self.rule_of[place[0]]
            if every := rule.spec.get("every"):
                wanted = self.clock % every == 0 and not again  # D18
            else:
                turned = place in self.fallen and self.alerts[place].state != "inactive"
                wanted = (not rule.sampled or turned or place in self.recheck or self.clock % MINUTE == 0
                          or self._coarse_terms_turned(rule, place))
            if wanted:
                self._evaluate(place)

    def _decide_deadlines(self):
        """A step of its own, after the conditions of all alerts (1.4, 1.7)."""
        for place in sorted(self.alerts):
            self.alerts[place].decide(self.clock)

    def _evaluate(self, place):
        rule, alert = self.rule_of[place[0]], self.alerts[place]
        self.coarse_truth[place] = self._coarse_answers(rule, place[1])
        read = self.groups.reader(rule.grouping, place[1], masked=rule.masked)
        if rule.scope:
            inside = evaluate(rule.scope, read, self.clock)
            if inside is FAULT:
                return alert.freeze()
            if inside is not True:
                self.fallen.add(place)
                return alert.leave_scope(self.clock, self.closed)
        if rule.spec.get("event"):
            return None
        answer = self._decide(rule, read)
        if answer is FROZEN:
            return alert.freeze()
        if alert.state != "inactive" and (answer[0] is None or answer[0] > alert.rank):
            self.fallen.add(place)
        return alert.answer(self.clock, self.closed, *answer)

    def _decide(self, rule, read):
        """4.2: the rank of the severity that holds, or None, and whether the clear condition holds; or FROZEN."""
        on_no_data = rule.spec.get("on_no_data", "ok")
        any_answer = False
        for rank, (_, tree) in enumerate(rule.spec["when"]):
            outcome = evaluate(tree, read, self.clock)
            if outcome is NO_DATA and on_no_data == "alerting":
                outcome = True
            if outcome is FAULT or (outcome is NO_DATA and on_no_data == "keep"):
                return FROZEN
            if outcome is True:
                return rank, False
            any_answer = any_answer or outcome is False
        resolve_when = rule.spec.get("resolve_when")
        if resolve_when is None or not any_answer:
            return None, True
        resolves = evaluate(resolve_when, read, self.clock)
        return FROZEN if resolves is FAULT else (None, resolves is True)

    # 1.9: when to look again

    def _set_due(self):
        for place in self.alerts:
            rule = self.rule_of[place[0]]
            if rule.spec.get("event"):
                self.due[place] = self.coarse_due[place] = None
                continue
            own, coarse = self._exits(rule, place[1])
            own += self._crossings(rule, place[1])
            for table, found in ((self.due, own), (self.coarse_due, coarse)):
                table[place] = min((instant for instant in found if instant > self.clock), default=None)

    def _exits(self, rule, key):
        """When a window that it reads lets go of an event, or has warmed up: of its own grouping, and of coarser ones,
        of which only the turn of a term counts (4.5)."""
        keys, own, coarse = dict(zip(rule.grouping, key)), [], []
        for name in rule.reads:
            metric = self.metrics[name]
            found = own if tuple(metric["by"]) == rule.grouping else coarse
            found += self.groups.instants(name, tuple(keys[part] for part in metric["by"]))
            if name in rule.masked or aggregate.is_behind(metric):  # of every group, also where it is coarser
                own.append(self.groups.whole_at(name) or 0)
        return own, coarse

    def _crossings(self, rule, key):
        """The next instants at which a comparison turns because its sides move with the clock."""
        read = self.groups.reader(rule.grouping, key, masked=rule.masked)

        def slope_of(name):
            value = read(name)
            if not answered(value):
                return None
            metric = self.metrics.get(name, {})
            if metric.get("value"):
                return slope(metric["value"], read, slope_of)
            return 1 if metric.get("aggregate") == "time_since" else 0

        found = []
        for comparison in rule.timed:
            ways = [slope(side, read, slope_of) for side in comparison[1:]]
            if None in ways or ways[0] == ways[1]:
                continue
            left, right = (evaluate(side, read, self.clock) for side in comparison[1:])
            if not answered(left) or not answered(right):
                continue
            meet = int(fractions.Fraction(int(right) - int(left)) / (ways[0] - ways[1]))

            def truth(after):
                later = self.groups.reader(rule.grouping, key, after, rule.masked)
                return evaluate(comparison, later, self.clock + after)

            found += [self.clock + after for after in range(max(1, meet - 2), meet + 4)
                      if truth(after) != truth(after - 1)]
        return found

    # What is said

    def _emit(self, rule, alert, change, reason):
        self.seq += 1
        read = self.groups.reader(rule.grouping, alert.key, masked=rule.masked)
        labels = {name: label_text(value) for name, value in zip(rule.grouping, alert.key)}
        labels.update(rule.spec.get("labels", {}))
        said = {"time": self.clock, "change": change, "rule": rule.name, "severity": alert.severity, "labels": labels,
                "active_at": alert.active_at, "fired_at": alert.fired_at, "resolved_at": alert.resolved_at,
                "seq": self.seq, "reason": reason, "values": {name: read(name) for name in rule.shown}}
        self.changes.append(said)


def label_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_json(change):
    """A change as INTERFACES says it, with what is absent left out."""
    said = {name: value for name, value in change.items() if value is not None and value != ""}
    for name in ("time", "active_at", "fired_at", "resolved_at"):
        if name in said:
            said[name] = time_text(said[name])
    said["values"] = {name: value if answered(value) else None for name, value in change["values"].items()}
    return said
