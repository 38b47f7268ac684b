"""Random small cases: a config, and records and advances of the clock. The same seed gives the same case.

A case uses a few FEATURES, so that what fails can be told by them, and so that an engine that lacks some is still
checked on the others. Times lie on a coarse grid: ties and exact boundaries are the rule, not the exception.
"""

import random

from expression import SECOND, names, parse_time, time_text
from rule import base_metrics, finest

START = parse_time("2024-01-01T00:00:00Z")
FEATURES = [
    # of metrics
    "min_max", "share", "rate", "last_value", "time_since", "mean_interval", "last_n", "where", "argument", "value",
    "several_events", "groupings", "by_profile", "slices", "expire", "max_groups",
    # of rules
    "for", "resolve_when", "keep_firing_for", "severities", "event_rule", "scope", "every", "on_no_data", "warm_up",
    "flapping", "labels", "now", "minutes", "has", "faults", "keys_in_conditions", "profile_in_conditions",
    # of the stream
    "late", "deduplicate", "reorder", "bad_records", "missing", "advance", "jitter",
]
# The other aggregates, with what moves and reads them: cases of their own.
AGGREGATES = ["first_value", "delta", "stddev", "ewma", "scores", "quantile", "distinct", "topk"]
AROUND_AGGREGATES = ["min_max", "last_n", "where", "argument", "slices", "late", "reorder", "missing", "jitter",
                     "advance", "for", "resolve_when", "on_no_data", "has", "warm_up"]
# Windows of calendars, windows as they were, and what is put together of groups.
WINDOWS = ["calendar", "previous", "rollups"]
AROUND_WINDOWS = ["groupings", "min_max", "share", "rate", "where", "slices", "value", "late", "reorder", "jitter",
                  "advance", "for", "resolve_when", "keep_firing_for", "on_no_data", "has", "warm_up", "severities"]
PAST = ("count", "rate", "sum", "mean", "min", "max", "share", "mean_interval", "stddev", "ewma")
# Where clocks change, and when there was nothing.
STARTS = [("UTC", "2024-01-01T00:00:00Z"), ("Asia/Kathmandu", "2024-01-01T00:00:00Z"),
          ("Europe/London", "2024-03-31T00:40:00Z"), ("America/New_York", "2024-11-03T05:20:00Z"),
          ("Australia/Lord_Howe", "2024-04-06T14:40:00Z")]
KEYS = {"customer": ["c1", "c2", "c3"], "country": ["DE", "FR"], "tenant": [1, -2], "profile.segment": ["vip", "new"]}
CHAINS = [["country", "customer"], ["customer", "country"], ["country", "tenant"], ["tenant"], ["country"],
          ["customer"], []]
VALUES = {
    "amount": {"type": "decimal(2)"}, "score": {"type": "int"}, "price": {"type": "double"}, "ok": {"type": "bool"},
    "kind": {"type": "string"},
}
KINDS = ["x", "y", ""]


def make_case(seed, features=None):
    return _Maker(random.Random(seed), features if features is not None else FEATURES).make()


class _Maker:
    def __init__(self, rng, allowed):
        self.rng = rng
        count = rng.choice([0, 1, 2, 3, 4, 6, 9, 14])
        self.features = set(rng.sample(allowed, min(count, len(allowed))))
        if "max_groups" in self.features:  # whether an event without the argument fills a group is left open (D9)
            self.features -= {"missing", "argument"}
        self.grid = rng.choice([1, 5, 10, 30, 60]) * SECOND
        self.zone, self.start = "UTC", START
        if "calendar" in self.features:
            self.zone, start = rng.choice(STARTS)
            self.start, self.grid = parse_time(start), rng.choice([30, 60, 300]) * SECOND

    def on(self, feature, chance=0.6):
        return feature in self.features and self.rng.random() < chance

    def make(self):
        rng = self.rng
        self.chain = list(rng.choice(CHAINS))
        if {"scope", "profile_in_conditions"} & self.features:
            self.chain = rng.choice([["customer"], ["customer", "country"], ["country", "customer"]])
        if "by_profile" in self.features:
            self.chain = rng.choice([["profile.segment"], ["country", "profile.segment"]])
        types = ["a", "b", "c"][: rng.choice([1, 1, 2, 3])]
        events = {name: self._attributes() for name in types}
        config = {"ingest": {"allowed_lateness": rng.choice([0, 1, 5, 20]) * self.grid}, "events": events,
                  "keys": {}, "profiles": {}, "metrics": {}, "rules": {}}
        self.config = config
        if self.on("bad_records", 0.3):
            config["ingest"]["unknown_events"] = "ignore"
        if "deduplicate" in self.features:
            config["ingest"]["deduplicate"] = rng.choice([1, 5, 30]) * self.grid
        if "reorder" in self.features:
            config["ingest"]["reorder"] = rng.choice([1, 2, 5]) * self.grid
        if "by_profile" in self.features or (
                {"scope", "profile_in_conditions"} & self.features and "customer" in self.chain):
            events["identify"] = {"customer": {"type": "string"}, "segment": {"type": "string"},
                                  "level": {"type": "int"}}
            config["profiles"]["customer"] = {"from": ["identify"], "attributes": ["segment", "level"]}
        for i in range(rng.choice([1, 1, 2, 3, 4])):
            config["metrics"][f"m{i}"] = self._metric(types)
        if "previous" in self.features:
            self._add_pasts()
        if "rollups" in self.features:
            self._add_rollups()
        if "value" in self.features:
            for i in range(rng.choice([1, 1, 2])):
                config["metrics"][f"v{i}"] = {"value": self._number(self._names("double"), 2)}
        for name in rng.sample(["A", "B", "C", "D", "E"], rng.choice([1, 1, 2, 3, 5])):
            looks_at_events = self.on("event_rule") and "max_groups" not in self.features
            config["rules"][name] = self._event_rule(types) if looks_at_events else self._rule()
        if "expire" in self.features:
            for key in self.chain:
                if rng.random() < 0.7 and "." not in key:
                    config["keys"][key] = {"expire_after": rng.choice([5, 10, 20, 60]) * self.grid}
        if "max_groups" in self.features and self.chain:
            key = rng.choice([key for key in self.chain if "." not in key] or ["customer"])
            config["keys"].setdefault(key, {})["max_groups"] = rng.choice([1, 2])
        return {"features": sorted(self.features), "config": config, "steps": self._steps(types)}

    # What arrives

    def _attributes(self):
        chosen = {key: {"type": "int" if key == "tenant" else "string"} for key in KEYS if "." not in key}
        for name in VALUES:
            if self.rng.random() < 0.7:
                chosen[name] = dict(VALUES[name])
        if "score" in chosen and self.rng.random() < 0.5:
            chosen["score"].update(min=-3, max=8)
        return chosen

    def _steps(self, types):
        rng, time, steps, records = self.rng, self.start, [], []
        types = types + (["identify"] if self.config["profiles"] else [])
        if rng.random() < 0.4:  # what warms up is warm by then
            steps.append({"advance": self.start - 100 * self.grid})
        for i in range(rng.choice([5, 10, 15, 20, 30, 60])):
            if rng.random() < 0.65:
                time += rng.choice([1, 1, 1, 2, 3, 5, 10, 25]) * self.grid
            if self.on("advance", 0.2):
                steps.append({"advance": time + rng.choice([-1, 0, 0, 1, 2, 5]) * self.grid})
            at = time
            if self.on("late", 0.3):
                at -= rng.choice([1, 1, 2, 5, 6, 20]) * self.grid
            if self.on("jitter", 0.3):
                at += rng.choice([-1, 1])
            record = self._record(rng.choice(types), f"e{i}", at)
            if records and self.on("deduplicate", 0.3):
                record = dict(rng.choice(records[-8:]), **rng.choice([{}, {"time": record["time"]}]))
            if self.on("bad_records", 0.15):
                self._spoil(record)
            records.append(record)
            steps.append({"ingest": record})
        steps.append({"advance": time + rng.choice([0, 1, 5, 30, 100]) * self.grid})
        return steps

    def _record(self, kind, name, time):
        rng = self.rng
        record = {"type": kind, "id": name, "time": time_text(time)}
        for attribute, spec in self.config["events"][kind].items():
            record[attribute] = self._attribute(attribute, spec)
        if "missing" in self.features:
            for attribute in list(record)[3:]:
                if rng.random() < 0.12:
                    if rng.random() < 0.5:
                        record[attribute] = None
                    else:
                        del record[attribute]
        return record

    def _attribute(self, name, spec):
        rng = self.rng
        if name in KEYS:
            return rng.choice(KEYS[name])
        if name == "amount":
            return rng.choice([0, 1, 2.5, 3.15, 4.35, 7, 10, -2.5, 0.05])
        if name in ("score", "level"):
            return rng.randint(-3, 8)
        if name == "price":
            return rng.choice([0.0, 0.25, 1.5, 2.0, 4.0, 8.5, -1.0])
        if name == "ok":
            return rng.random() < 0.5
        return rng.choice(KINDS if name == "kind" else ["vip", "new"])

    def _spoil(self, record):
        spoiled = [{"type": "stranger"}, {"type": None}, {"time": "soon"}, {"time": None}, {"country": 5},
                   {"time": "9999-01-01T00:00:00Z"}]
        spoiled += [{"score": 99}, {"score": 1.5}, {"score": True}] if "score" in record else []
        spoiled += [{"amount": "3.15"}] if "amount" in record else []
        record.update(self.rng.choice(spoiled))

    # Metrics

    def _metric(self, types):
        rng = self.rng
        chosen = rng.sample(types, 2) if len(types) > 1 and self.on("several_events") else [rng.choice(types)]
        attributes = {name: spec for name, spec in self.config["events"][chosen[0]].items()
                      if all(name in self.config["events"][kind] for kind in chosen)}
        self.attributes = attributes
        numbers = [name for name in attributes if name in ("amount", "score", "price")]
        metric = {"event": chosen, "by": self._by()}
        kinds = ["count"] + ["sum", "mean"] * bool(numbers)
        kinds += ["min", "max"] * ("min_max" in self.features and bool(numbers))
        kinds += ["share"] * ("share" in self.features)
        kinds += [kind for kind in ("rate", "time_since", "mean_interval") if kind in self.features]
        kinds += ["last"] * ("last_value" in self.features) + ["first"] * ("first_value" in self.features)
        kinds += [kind for kind in ("delta", "stddev", "ewma") if kind in self.features and numbers]
        kinds += ["csat", "nps", "ces"] * ("scores" in self.features and bool(numbers))
        kinds += ["quantile"] * ("quantile" in self.features and bool(numbers))
        kinds += [kind for kind in ("distinct", "topk") if kind in self.features]
        metric["aggregate"] = kind = rng.choice(kinds[3:] if len(kinds) > 3 and rng.random() < 0.5 else kinds)
        metric.update({"half_life": rng.choice([1, 3, 10]) * self.grid} if kind == "ewma" else {})
        metric.update({"satisfied": rng.choice([1, 2, 4])} if kind == "csat" else {})
        metric.update({"share": rng.choice([0, 0.25, 0.5, 0.95, 1])} if kind == "quantile" else {})
        metric.update({"most": rng.choice([1, 2, 5])} if kind == "topk" else {})
        of_numbers = ("sum", "mean", "min", "max", "delta", "stddev", "ewma", "csat", "nps", "ces", "quantile")
        if kind in of_numbers or (kind == "rate" and numbers and rng.random() < 0.4):
            metric["argument"] = self._argument(rng.choice(numbers), attributes)
        elif kind == "share":
            metric["argument"] = self._event_condition(attributes, "")
        elif kind == "topk":
            metric["argument"] = ["name", rng.choice(["country"] + ["kind"] * ("kind" in attributes))]
        elif kind in ("first", "last", "distinct"):
            metric["argument"] = ["name", rng.choice([name for name in attributes if name in VALUES] + ["country"])]
        self._window(metric)
        if self.on("where"):
            metric["where"] = self._event_condition(attributes, "")
        return metric

    def _by(self):
        if "groupings" not in self.features:
            return sorted(self.chain)
        return sorted(self.chain[: self.rng.randint(0, len(self.chain))])

    def _window(self, metric):
        rng, kind = self.rng, metric["aggregate"]
        if self.on("calendar"):
            metric["calendar"] = {"unit": rng.choice(["hour", "hour", "day", "week", "month"]), "zone": self.zone,
                                  "closed": rng.random() < 0.4}
        elif kind not in ("rate", "time_since") and self.on("last_n"):
            metric["last"] = rng.choice([1, 2, 3, 5])
        elif kind == "rate" or rng.random() < 0.75:
            panes = rng.choice([1, 2, 3, 5, 10, 20, 60])
            metric["window"] = panes * self.grid
            metric["resolution"] = rng.choice(["exact", "auto", None])
            if self.on("slices") and kind not in ("last", "time_since", "mean_interval"):
                divisor = rng.choice([n for n in (1, 2, 3, 4, 5) if metric["window"] % (n * SECOND // 2) == 0])
                metric["slices"] = metric["window"] // divisor

    def _add_pasts(self):
        metrics = self.config["metrics"]
        for name, metric in list(metrics.items()):
            over_time = metric.get("window") or metric.get("calendar")
            if metric["aggregate"] in PAST and over_time and self._type_of(name) == "double":
                back = self.rng.choice([1, 3, 10, 25]) * self.grid
                past = f"{name}~{back}"
                metrics[past] = dict(metric, back=back)
                value = self.rng.choice([["name", past], ["-", ["name", name], ["name", past]]])
                metrics["p" + name] = {"value": value}

    def _add_rollups(self):
        rng, metrics = self.rng, self.config["metrics"]
        finer = [name for name, metric in metrics.items() if "~" not in name and not metric.get("value")
                 and metric["by"] and self._type_of(name) == "double"]
        for i in range(rng.choice([1, 2, 3]) if finer else 0):
            over = rng.choice(finer)
            by = sorted(self.chain[: rng.randint(0, len(metrics[over]["by"]) - 1)])
            metric = {"over": over, "by": by, "aggregate": rng.choice(
                ["count", "count", "sum", "mean", "min", "max", "quantile", "share"])}
            others = [name for name in finer if metrics[name]["by"] == metrics[over]["by"]]
            condition = [rng.choice(["<", "<=", ">", ">="]), ["name", rng.choice(others)],
                         ["lit", "double", rng.choice([0.5, 1.0, 2.0, 3.25])]]
            metric.update({"argument": condition} if metric["aggregate"] == "share" else {})
            metric.update({"share": rng.choice([0.25, 0.5, 0.9])} if metric["aggregate"] == "quantile" else {})
            if metric["aggregate"] != "share" and rng.random() < 0.4:
                metric["where"] = condition
            metrics[f"r{i}"] = metric

    def _argument(self, name, attributes):
        argument = ["name", name]
        if self.on("argument"):
            number = ["lit", "int", 2] if name == "score" else ["lit", "double", 2.0]
            argument = [self.rng.choice("+-*"), argument, number]
            if name != "score" and "price" in attributes and self.rng.random() < 0.4:
                argument = ["/", ["name", name], ["name", "price"]]
        return argument

    def _event_condition(self, attributes, prefix):
        rng = self.rng
        choices = []
        for name in attributes:
            read = ["name", prefix + name]
            order = rng.choice(["<", "<=", ">", ">="])
            choices += {
                "amount": [[order, read, ["lit", "double", rng.choice([0.0, 2.5, 3.15])]]],
                "score": [[order, read, ["lit", "int", rng.randint(-1, 5)]],
                          ["==", ["%", read, ["lit", "int", 2]], ["lit", "int", 0]]],
                "price": [[order, read, ["lit", "double", rng.choice([0.25, 1.5, 4.0])]]],
                "ok": [read, ["!", read]],
                "kind": [["==", read, ["lit", "string", "x"]],
                         ["in", read, [["lit", "string", "x"], ["lit", "string", ""]]]],
                "country": [["==", read, ["lit", "string", "DE"]]],
            }.get(name, [])
        one = rng.choice(choices)
        if rng.random() < 0.25:
            one = [rng.choice(["&&", "||"]), one, rng.choice(choices)]
        return one

    # Conditions

    def _type_of(self, name):
        metric = self.config["metrics"][name]
        if metric.get("value") or metric.get("over"):
            return "double"
        if metric["aggregate"] == "topk":
            return "string"
        if metric["aggregate"] in ("first", "last"):
            kind = self.config["events"][metric["event"][0]][metric["argument"][1]]["type"]
            return "double" if kind.startswith("decimal") else kind
        return "duration" if metric["aggregate"] in ("time_since", "mean_interval") else "double"

    def _names(self, kind):
        found = [name for name in self.config["metrics"] if self._type_of(name) == kind and "~" not in name]
        if kind == "double" and not found:  # there is always one to speak of
            self.config["metrics"]["n"] = {"event": [list(self.config["events"])[0]], "aggregate": "count",
                                           "window": 10 * self.grid, "by": self._by()}
            found = ["n"]
        return found

    def _number(self, doubles, depth):
        rng = self.rng
        if depth == 0 or rng.random() < 0.4:
            return ["name", rng.choice(doubles)]
        kind = rng.choice(["+", "-", "/", "*"])
        if kind == "*" or rng.random() < 0.3:
            return [kind, self._number(doubles, depth - 1), ["lit", "double", rng.choice([0.5, 2.0, 3.0])]]
        return [kind, self._number(doubles, depth - 1), self._number(doubles, depth - 1)]

    def _threshold(self, name):
        rng, metric = self.rng, self.config["metrics"][name]
        kind = metric.get("aggregate")
        if kind == "count":
            return float(rng.choice([1, 1, 2, 3, 5]))
        if kind == "share":
            return rng.choice([0.25, 0.5, 0.75])
        if kind == "rate":  # never met exactly: which of two roundings it has is not said
            return rng.choice([0.5, 1.5, 2.5]) * SECOND / metric.get("window", 3600 * SECOND)
        return rng.choice([0.0, 1.0, 2.5, 4.0, 7.25, 10.0, -1.5])

    def _leaf(self):
        rng, order = self.rng, self.rng.choice(["<", "<=", ">", ">="])
        doubles = self._names("double")
        name = rng.choice([name for name in self.config["metrics"] if "~" not in name])
        kind = self._type_of(name)
        read = ["name", name]
        if self.on("has", 0.2):
            return rng.choice([["has", name], ["!", ["has", name]]])
        if self.on("now", 0.3):
            at = ["lit", "timestamp", self.start + rng.choice([10, 20, 40]) * self.grid]
            return [order, ["now"], at]
        if self.on("minutes", 0.3):
            seconds = ["int", ["now"]]
            return ["<", ["%", seconds, ["lit", "int", 180]], ["lit", "int", rng.choice([60, 90])]]
        if kind == "double":
            shape = rng.random()
            if shape < 0.7:
                return [order, read, ["lit", "double", self._threshold(name)]]
            if shape < 0.85:
                return [order, self._number(doubles, 1), ["name", rng.choice(doubles)]]
            return [order, ["/", read, ["name", rng.choice(doubles)]], ["lit", "double", rng.choice([0.25, 0.5, 2.0])]]
        if kind == "int":
            if self.on("faults"):
                return [order, ["/", ["lit", "int", 10], read], ["lit", "int", rng.choice([0, 2])]]
            return [order, read, ["lit", "int", rng.randint(-1, 5)]]
        if kind == "duration":
            return self._duration_leaf(order, read)
        if kind == "bool":
            return read
        words = KINDS + KEYS["country"]
        return ["in", read, [["lit", "string", word] for word in rng.sample(words, 2)]]

    def _duration_leaf(self, order, read):
        rng = self.rng
        limit = ["lit", "duration", rng.choice([1, 2, 3, 5, 10, 20]) * self.grid]
        others = [name for name in self._names("duration")
                  if self.config["metrics"][name]["by"] == self.config["metrics"][read[1]]["by"]]
        if rng.random() < 0.35:
            other = ["name", rng.choice(others)]
            return [order, read, rng.choice([["*", ["lit", "int", 2], other], ["+", other, limit]])]
        if rng.random() < 0.2:
            return [order, ["*", read, ["lit", "int", 2]], limit]
        return [order, read, limit]

    def _condition(self, depth=2):
        rng = self.rng
        if depth == 0 or rng.random() < 0.5:
            return self._leaf()
        if rng.random() < 0.15:
            return ["!", self._condition(depth - 1)]
        return [rng.choice(["&&", "||"]), self._condition(depth - 1), self._condition(depth - 1)]

    # Rules

    def _rule(self):
        rng = self.rng
        when = self._condition()
        while not any(name in self.config["metrics"] for name in names(when)):
            when = ["&&", self._leaf(), when]
        rule = {"when": [["", when]]}
        keys = self._grouping_of(when)
        if self.on("keys_in_conditions") and "country" in keys:
            country = ["==", ["name", "country"], ["lit", "string", rng.choice(KEYS["country"])]]
            rule["when"][0][1] = [rng.choice(["&&", "||"]), when, country]
        if self.on("profile_in_conditions") and "customer" in keys and self.config["profiles"]:
            segment = ["==", ["name", "profile.segment"], ["lit", "string", "vip"]]
            rule["when"][0][1] = [rng.choice(["&&", "||"]), rule["when"][0][1], segment]
        if self.on("severities", 0.8):
            words = ["critical", "warning", "info"][: rng.choice([2, 2, 3])]
            rule["when"] = [[word, self._severity_condition(keys)] for word in words]
            rule["when"][-1][1] = when
        elif rng.random() < 0.3:
            rule["when"][0][0] = rng.choice(["critical", "page"])
        self._options(rule, keys)
        return rule

    def _severity_condition(self, keys):
        condition = self._condition(1)
        while not any(name in self.config["metrics"] for name in names(condition)):
            condition = self._condition(1)
        return condition

    def _options(self, rule, keys):
        rng, grid = self.rng, self.grid
        if self.on("for"):
            rule["for"] = rng.choice([1, 2, 5, 10]) * grid
        if self.on("resolve_when"):
            rule["resolve_when"] = self._condition(1)
        if self.on("keep_firing_for"):
            rule["keep_firing_for"] = rng.choice([1, 2, 5, 10]) * grid
        if self.on("every"):
            rule["every"] = rng.choice([2, 5, 10]) * grid
        if self.on("on_no_data", 0.8):
            rule["on_no_data"] = rng.choice(["ok", "alerting", "keep"])
        if self.on("warm_up", 0.8):
            rule["warm_up"] = "ignore"
        if self.on("flapping", 0.8):
            rule["flapping"] = {"changes": rng.choice([1, 2, 3]), "within": rng.choice([5, 10, 20]) * grid}
        self._labels_and_scope(rule, keys)

    def _labels_and_scope(self, rule, keys):
        rng = self.rng
        if self.on("labels"):
            rule["labels"] = {"department": rng.choice(["finance", "sales"])}
        if not self.on("scope", 0.9):
            return
        choices = []
        if "country" in keys:
            choices.append(["==", ["name", "country"], ["lit", "string", "DE"]])
        if "customer" in keys and self.config["profiles"]:
            choices.append(["==", ["name", "profile.segment"], ["lit", "string", "vip"]])
            choices.append([">", ["name", "profile.level"], ["lit", "int", 2]])
            if self.on("faults"):
                choices.append([">", ["/", ["lit", "int", 6], ["name", "profile.level"]], ["lit", "int", 1]])
        if choices:
            rule["scope"] = rng.choice(choices)

    def _event_rule(self, types):
        rng = self.rng
        chosen = rng.sample(types, rng.randint(1, min(2, len(types))))
        by = sorted(self.chain[: rng.randint(0, len(self.chain))])
        rule = {"event": chosen, "by": by, "when": [], "severity": rng.choice(["", "critical"])}
        attributes = [name for name in self.config["events"][chosen[0]]
                      if all(name in self.config["events"][kind] for kind in chosen)]
        if rng.random() < 0.6:
            rule["event_when"] = self._event_condition(attributes, "event.")
        others = [kind for kind in types if kind not in chosen]
        if others and rng.random() < 0.5:
            rule["resolve_event"] = others[:1]
        elif rng.random() < 0.8:
            rule["keep_firing_for"] = rng.choice([1, 2, 5, 10]) * self.grid
        if rng.random() < 0.2:
            rule["tell_again"] = False
        self._labels_and_scope(rule, by)
        return rule

    def _grouping_of(self, tree):
        """Keys that the rule's grouping has at least."""
        return finest(base_metrics([tree], self.config["metrics"]), self.config["metrics"])
