"""What is kept of every group: the events that its metrics took, and profiles (docs/semantics.md 3, 5.9)."""

import fractions

import aggregate
from expression import NO_DATA, Duration, answered, evaluate
from rule import grouping_of, parts_of


class Groups:
    def __init__(self, config):
        self.config = config
        self.metrics = config["metrics"]
        self.groupings = {name: grouping_of(name, self.metrics) for name in self.metrics}
        self.clock = self.began = None  # the engine's
        self.entries = {}  # (metric, key): [(time, arrival, argument)]
        self.lacking = {}  # the same, of events without an answer for the argument (D1)
        self.newest = {}  # (grouping, key): the time of its newest event
        self.profile_events = {}  # key's name: [(time, arrival, key's value, attributes)]
        self._values = {}  # worked out at this clock

    def changed(self):
        self._values.clear()

    def take(self, event):
        """Gives it to the metrics. Returns those that took it, as (metric, key), the groups that it makes known, as
        (grouping, key), and the groupings without room."""
        touched, known, full = set(), set(), set()
        before = self._contributions_of(event)
        for name, metric in self.metrics.items():
            if "event" not in metric or event["type"] not in metric["event"]:
                continue
            key = self.key_of(event, metric["by"])
            if key is None or not self._is_meant(metric, event):
                continue
            grouping = tuple(metric["by"])
            if (grouping, key) not in known and not self.has_room(grouping, key):
                full.add(grouping)
                continue
            known.add((grouping, key))
            self.see((grouping, key), event["time"])
            entry = (event["time"], event["arrival"], self._argument(metric, event))
            leaves = aggregate.leaves_at(metric, entry)
            if leaves is not None and leaves <= self.clock:
                continue  # D7: it has left before it came, so it is not taken
            if entry[2] is NO_DATA and (metric.get("last") or metric["aggregate"] in aggregate.SAMPLES):
                continue
            table = self.lacking if entry[2] is NO_DATA else self.entries
            table.setdefault((name, key), []).append(entry)
            touched.add((name, key))
        self.changed()
        for (name, inner), now in self._contributions_of(event).items():
            place = name, self._coarse_key(name, inner)
            touched |= {place} if now != before.get((name, inner)) else set()
            if now is not None:
                known.add((self.groupings[name], place[1]))
                self.see((self.groupings[name], place[1]), event["time"])
        return touched, known, full

    # 3.8: rollups

    def _contributions_of(self, event):
        found = {}
        for name, metric in self.metrics.items():
            if metric.get("over") and (key := self.key_of(event, self.groupings[metric["over"]])) is not None:
                found[name, key] = self._contribution(name, key)
        return found

    def _contribution(self, name, key):
        """What a finer group is in a rollup: its value, and whether the condition of a share holds for it; () where
        `where` does not let it in, None where it is not there."""
        metric = self.metrics[name]
        over = self.metrics[metric["over"]]
        value = self.value(metric["over"], key)
        held = aggregate.members(over, self.entries.get((metric["over"], key), []), self.clock)
        if not held or not answered(value):
            return None
        read = self.reader(self.groupings[metric["over"]], key)
        if metric.get("where") and evaluate(metric["where"], read, self.clock) is not True:
            return ()
        needs_value = metric["aggregate"] not in ("count", "share")
        holds = metric["aggregate"] == "share" and evaluate(metric["argument"], read, self.clock) is True
        return value if needs_value else 0.0, holds

    def _coarse_key(self, name, key):
        keys = dict(zip(self.groupings[self.metrics[name]["over"]], key))
        return tuple(keys[part] for part in self.groupings[name])

    def _rollup(self, name, key):
        over = self.metrics[name]["over"]
        finer = [inner for other, inner in self.entries if other == over and self._coarse_key(name, inner) == key]
        return aggregate.put_together(self.metrics[name], [one for one in (self._contribution(name, inner)
                                                                           for inner in finer) if one])

    def instants(self, name, key):
        """When something comes to its window or leaves it; of a rollup, to those of its groups."""
        metric = self.metrics[name]
        if metric.get("over"):
            return [instant for read in self.parts(name) for other, inner in list(self.entries) + list(self.lacking)
                    if other == read and self._coarse_key(name, inner) == key for instant in self.instants(read, inner)]
        return [instant for entry in self.looked_at(name, key)
                for instant in (aggregate.enters_at(metric, entry), aggregate.leaves_at(metric, entry)) if instant]

    def parts(self, name):
        """The metrics over events that it is made of."""
        metric = self.metrics[name]
        return parts_of(name, self.metrics) if metric.get("over") else [name]

    def whole_at(self, name):
        times = [aggregate.whole_at(self.metrics[part], self.began) for part in self.parts(name)]
        return max((time for time in times if time is not None), default=None)

    def see(self, place, time):
        self.newest[place] = max(time, self.newest.get(place, time))

    def looked_at(self, name, key):
        """All that comes and goes, also what does not count (D1)."""
        return self.entries.get((name, key), []) + self.lacking.get((name, key), [])

    def _is_meant(self, metric, event):
        return not metric.get("where") or evaluate(metric["where"], _reader_of(event)) is True

    def _argument(self, metric, event):
        """2.5: NO_DATA where the event is skipped for this metric."""
        tree = metric.get("argument")
        if tree is None:
            return None
        if tree[0] == "name":  # decimals are summed exactly (3.5)
            value = event["attributes"].get(tree[1], NO_DATA)
        else:
            value = evaluate(tree, _reader_of(event))
        if not answered(value) or (metric["aggregate"] == "nps" and not 0 <= value <= 10):
            return NO_DATA
        return value

    def key_of(self, event, by):
        key = []
        for name in by:
            if name.startswith("profile."):
                value = self.profile(name[len("profile."):], event["attributes"])
            else:
                value = event["attributes"].get(name, NO_DATA)
            if not answered(value):
                return None
            key.append(value)
        return tuple(key)

    def take_profiles(self, event):
        """3.13. Returns the groups that it makes known, as (grouping, key), the attributes that it may change (D1), as
        (key's name, its value, attribute), and the groupings without room.

        A profile belongs to the group of its key, as the metrics of that grouping do (D9, D12).
        """
        known, changed, full = set(), set(), set()
        for key, profile in self.config.get("profiles", {}).items():
            value = event["attributes"].get(key)
            if event["type"] in profile["from"] and value is not None:
                if not self.has_room((key,), (value,)):
                    full.add((key,))
                    continue
                entry = (event["time"], event["arrival"], value, event["attributes"])
                self.profile_events.setdefault(key, []).append(entry)
                declared = self.config["events"][event["type"]]
                changed |= {(key, value, name) for name in profile["attributes"] if name in declared}
                self.see(((key,), (value,)), event["time"])
                known.add(((key,), (value,)))
        return known, changed, full

    def profile(self, attribute, keys):
        for key, profile in self.config.get("profiles", {}).items():
            if attribute in profile["attributes"]:
                for _, _, value, said in sorted(self.profile_events.get(key, []), key=lambda e: e[:2], reverse=True):
                    if value == keys.get(key) and said.get(attribute) is not None:
                        return said[attribute]
        return NO_DATA

    def value(self, name, key=(), shift=0, masked=frozenset()):
        """The value of a metric for a group of its grouping, `shift` after the clock if nothing else changes."""
        metric = self.metrics[name]
        if metric.get("value"):
            return evaluate(metric["value"], self.reader(self.groupings[name], key, shift, masked), self.clock + shift)
        if metric.get("over"):
            masks = name in masked and self.clock < (self.whole_at(name) or self.clock)
            return NO_DATA if masks else self._rollup(name, key)
        if (name in masked or aggregate.is_behind(metric)) and self.clock < aggregate.whole_at(metric, self.began):
            return NO_DATA  # still warming up (3.12), or without a past (3.3, 3.9)
        if (name, key) not in self._values:
            held = aggregate.members(metric, self.entries.get((name, key), []), self.clock)
            self._values[name, key] = aggregate.value(metric, held, self.clock)
        value = self._values[name, key]
        return Duration(value + shift) if metric["aggregate"] == "time_since" and answered(value) else value

    def reader(self, grouping, key, shift=0, masked=frozenset()):
        keys = dict(zip(grouping, key))

        def read(name):
            if name in self.metrics:
                inner = tuple(keys[part] for part in self.groupings[name])
                return self.value(name, inner, shift, masked)
            if name.startswith("profile.") and name not in keys:
                return self.profile(name[len("profile."):], keys)
            return keys.get(name, NO_DATA)

        return read

    # 5.9: limits

    def limit(self, grouping):
        limits = [self.config["keys"][name]["max_groups"] for name in grouping
                  if "max_groups" in self.config.get("keys", {}).get(name, {})]
        return min(limits, default=None)

    def full(self, grouping):
        """3.11: those that are not empty."""
        profiles = self.profile_events.get(grouping[0], []) if len(grouping) == 1 else []
        return {(value,) for _, _, value, _ in profiles} | {key for (name, key), entries in self.entries.items()
                        if tuple(self.metrics[name]["by"]) == grouping
                        and aggregate.members(self.metrics[name], entries, self.clock)}

    def has_room(self, grouping, key):
        limit = self.limit(grouping)
        groups = self.full(grouping) if limit is not None else set()
        return limit is None or key in groups or len(groups) < limit

    def exits(self, grouping):
        """When events of its groups leave their windows."""
        return [aggregate.leaves_at(self.metrics[name], entry) for (name, _), entries in self.entries.items()
                if tuple(self.metrics[name]["by"]) == grouping for entry in entries]

    # 3.11: what is forgotten

    def expires_at(self, grouping, key):
        times = [self.config["keys"][name]["expire_after"] for name in grouping
                 if "expire_after" in self.config.get("keys", {}).get(name, {})]
        return self.newest[grouping, key] + min(times) if times else None

    def expired(self):
        return [place for place in self.newest
                if self.expires_at(*place) is not None and self.expires_at(*place) <= self.clock]

    def forget(self, grouping, key):
        del self.newest[grouping, key]
        if len(grouping) == 1 and grouping[0] in self.profile_events:
            self.profile_events[grouping[0]] = [e for e in self.profile_events[grouping[0]] if e[2] != key[0]]
        for name, metric in self.metrics.items():
            if "event" in metric and tuple(metric["by"]) == grouping:
                self.entries.pop((name, key), None)
                self.lacking.pop((name, key), None)
        self.changed()


def _reader_of(event):
    def read(name):
        value = event["attributes"].get(name, NO_DATA)
        return float(value) if isinstance(value, fractions.Fraction) else value

    return read
