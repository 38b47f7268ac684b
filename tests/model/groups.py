"""What is kept of every group: the events that its metrics took, and profiles (docs/semantics.md 3, 5.9)."""

import fractions

import aggregate
from expression import NO_DATA, Duration, answered, evaluate
from rule import grouping_of


class Groups:
    def __init__(self, config):
        self.config = config
        self.metrics = config["metrics"]
        self.groupings = {name: grouping_of(name, self.metrics) for name in self.metrics}
        self.clock = self.began = None  # the engine's
        self.entries = {}  # (metric, key): [(time, arrival, argument)]
        self.newest = {}  # (grouping, key): the time of its newest event
        self.profile_events = {}  # key's name: [(time, arrival, key's value, attributes)]
        self._values = {}  # worked out at this clock

    def changed(self):
        self._values.clear()

    def take(self, event):
        """Gives it to the metrics. Returns those that took it, as (metric, key), the groups that it makes known, as
        (grouping, key), and the groupings without room."""
        touched, known, full = set(), set(), set()
        for name, metric in self.metrics.items():
            if metric.get("value") or event["type"] not in metric["event"]:
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
            if entry[2] is NO_DATA or (leaves is not None and leaves <= self.clock):
                continue  # D7: it has left before it came, so it is not taken
            self.entries.setdefault((name, key), []).append(entry)
            touched.add((name, key))
        return touched, known, full

    def see(self, place, time):
        self.newest[place] = max(time, self.newest.get(place, time))

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
        """3.13. Returns the groups that it makes known, as (grouping, key), the attributes that it changed, as
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
                before = {name: self.profile(name, event["attributes"]) for name in profile["attributes"]}
                entry = (event["time"], event["arrival"], value, event["attributes"])
                self.profile_events.setdefault(key, []).append(entry)
                changed |= {(key, value, name) for name in before
                            if self.profile(name, event["attributes"]) != before[name]}
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
        if name in masked and self.clock < self.began + metric["window"]:
            return NO_DATA  # still warming up (3.12)
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
            if not metric.get("value") and tuple(metric["by"]) == grouping:
                self.entries.pop((name, key), None)
        self.changed()


def _reader_of(event):
    def read(name):
        value = event["attributes"].get(name, NO_DATA)
        return float(value) if isinstance(value, fractions.Fraction) else value

    return read
