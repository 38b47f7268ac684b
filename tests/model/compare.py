"""Runs a case through the engine and through the model, and says where they differ."""

import collections
import fractions
import itertools
import json
import math
import re

import reference
from config_text import to_yaml
from expression import FAULT, NO_DATA, SECOND, Duration, time_text
from generate import KEYS
from rule import grouping_of

#: What one of both said: the answers to each step, the changes of alerts, the values at the end.
Outcome = collections.namedtuple("Outcome", "answers changes values")
_COMPARED = ("time", "change", "rule", "severity", "labels", "active_at", "fired_at", "resolved_at", "seq", "reason",
             "values")


_UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND,
          "w": 7 * 86400 * SECOND}


class NotSupported(Exception):
    """The engine knows of it, and does not have it yet; the message says what."""


def run_model(case):
    engine, answers = reference.Engine(case["config"]), []
    for step in case["steps"]:
        if "advance" in step:
            engine.advance_to(step["advance"])
            answers.append(None)
        else:
            answers.append(engine.ingest(step["ingest"]))
    values = {}
    for name, grouping, key in _groups(case["config"]):
        values[_place(name, grouping, key)] = _plain(engine.value(name, key))
    return Outcome(answers, [reference.as_json(change) for change in engine.changes], values)


def run_engine(case, batches=False):
    """One by one, or what lies between two advances of the clock in one batch: then there are no answers."""
    import tocsin  # where there is none, this is said by the test, not by importing this file

    try:
        engine = tocsin.Engine.from_yaml(to_yaml(case["config"]), name="case.yaml", pending=True)
    except tocsin.ConfigError as error:
        messages = [diagnostic.message for diagnostic in error.diagnostics]
        missing = [message for message in messages if "not supported yet" in message]
        if missing:
            raise NotSupported(missing[0]) from None
        raise
    answers, batch = [], []
    for step in case["steps"]:
        if "ingest" in step and batches:
            batch.append(step["ingest"])
        elif "ingest" in step:
            refusal = engine.ingest(step["ingest"])
            answers.append(refusal.reason if refusal else None)
        else:
            engine.ingest_many(batch)
            batch.clear()
            engine.advance_to(step["advance"])
            answers.append(None)
    engine.ingest_many(batch)
    changes = [json.loads(alert.to_json()) for alert in engine.poll_alerts()]
    values = {}
    for name, grouping, key in _groups(case["config"]):
        values[_place(name, grouping, key)] = engine.value(name, **dict(zip(grouping, key)))
    changes = [{name: change[name] for name in _COMPARED if name in change} for change in changes]
    return Outcome(answers, changes, values)


def _groups(config):
    """Every metric for every group that its keys could make."""
    for name in config["metrics"]:
        if "~" in name:  # the past of another, which is read in expressions
            continue
        grouping = grouping_of(name, config["metrics"])
        for key in itertools.product(*(KEYS[part] for part in grouping)):
            yield name, grouping, key


def _place(name, grouping, key):
    return name + "{" + ", ".join(f"{part}={value}" for part, value in zip(grouping, key)) + "}"


def _plain(value):
    return None if value is NO_DATA or value is FAULT else value


def differences(expected, found, answers=True):
    """Lines that say what differs, the first of each kind; none where they agree."""
    lines = []
    for number, (left, right) in enumerate(zip(expected.answers, found.answers) if answers else ()):
        if left != right:
            lines.append(f"step {number}: the model answers {left}, the engine {right}")
            break
    by_alert = _first_difference(_by_alert(expected.changes), _by_alert(found.changes))
    if by_alert:
        lines.append("changes, alert by alert: " + by_alert)
    elif in_order := _first_difference(expected.changes, found.changes):
        lines.append("order within an instant: " + in_order)
    for place, left in expected.values.items():
        if not same_value(left, found.values[place]):
            lines.append(f"value of {place}: the model says {left!r}, the engine {found.values[place]!r}")
            break
    return lines


def _first_difference(expected, found):
    for number, (left, right) in enumerate(itertools.zip_longest(expected, found)):
        if left is None or right is None or not _same_change(left, right):
            return f"the one at {number}:\n    model:  {_line(left)}\n    engine: {_line(right)}"
    return None


def _by_alert(changes):
    """In order of time, and within an instant alert by alert, without the numbers that follow from the order."""
    changes = sorted(changes, key=lambda change: (change["time"], change["rule"], sorted(change["labels"].items())))
    return [{name: value for name, value in change.items() if name != "seq"} for change in changes]


def _line(change):
    return "nothing" if change is None else json.dumps(change)


def _same_change(left, right):
    if left["rule"] == reference.LIMIT_RULE == right["rule"]:
        return all(left.get(name) == right.get(name) for name in ("time", "change", "seq"))
    if {**left, "values": 0} != {**right, "values": 0}:
        return False
    left = left["values"]
    right = {name: value for name, value in right.get("values", {}).items() if not name.startswith("profile.")}  # D20
    return left.keys() == right.keys() and all(same_value(left[name], right[name]) for name in left)


def same_value(left, right):
    if left is None or right is None:
        return left is right
    if isinstance(left, Duration):
        # A mean is rounded (D10), and a timedelta holds microseconds only.
        return abs(int(left) - _nanoseconds(right)) <= (1_000 if hasattr(right, "total_seconds") else 1)
    if isinstance(left, float):
        return isinstance(right, (int, float)) and math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-12)
    return left == right


def _nanoseconds(value):
    if hasattr(value, "total_seconds"):
        return (value.days * 86400 + value.seconds) * SECOND + value.microseconds * 1000
    if isinstance(value, str):  # 1h30m0.5s
        parts = re.findall(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d|w)", value)
        return int(sum(fractions.Fraction(number) * _UNITS[unit] for number, unit in parts))
    return int(value)


def describe(case):
    """A case as a person reads it."""
    lines = [to_yaml(case["config"]).rstrip(), ""]
    for number, step in enumerate(case["steps"]):
        if "advance" in step:
            lines.append(f"{number}: advance to {time_text(step['advance'])}")
        else:
            lines.append(f"{number}: {json.dumps(step['ingest'])}")
    return "\n".join(lines)
