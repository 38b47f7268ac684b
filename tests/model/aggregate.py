"""What a metric's value is, from all the events that it ever took (docs/semantics.md 3)."""

import fractions
import math

from expression import NO_DATA, SECOND, Duration

# What is absent of nothing, and says nothing sure of a window that is not fed for its length yet (3.12).
TIMES = ("time_since", "mean_interval")


def leaves_at(metric, entry):
    """The instant at which an event leaves the window of a time (3.1), with its slice (3.10), or None: never."""
    if metric.get("window") is None:
        return None
    time = entry[0]
    width = metric.get("slices")
    if width:
        time = -(-time // width) * width  # the end of its slice, (k·w, (k+1)·w]
    return time + metric["window"]


def members(metric, entries, now):
    """The events that the window holds, by (time, arrival). An entry is (time, arrival, argument)."""
    held = sorted(entry for entry in ((e[0], e[1], i) for i, e in enumerate(entries)))
    held = [entries[i] for _, _, i in held]
    if metric.get("window") is not None:
        return [entry for entry in held if leaves_at(metric, entry) > now]
    if metric.get("last") is not None:
        return held[-metric["last"]:]
    return held


def value(metric, held, now):
    """3.5 and 3.6; an exact argument of a decimal is a Fraction, and becomes a double at the end."""
    kind = metric["aggregate"]
    arguments = [entry[2] for entry in held]
    if kind == "count":
        return float(len(held))
    if kind == "sum":
        return _sum(arguments)
    if kind == "rate":
        amount = _sum(arguments) if metric.get("argument") else float(len(held))
        return amount / (metric["window"] / SECOND)
    if not held:
        return NO_DATA
    if kind == "mean":
        return _sum(arguments) / len(held)
    if kind == "share":
        return arguments.count(True) / len(held)
    if kind == "min":
        return float(min(arguments))
    if kind == "max":
        return float(max(arguments))
    if kind == "last":
        return float(arguments[-1]) if isinstance(arguments[-1], fractions.Fraction) else arguments[-1]
    if kind == "time_since":
        return Duration(now - held[-1][0])
    assert kind == "mean_interval", kind
    distinct = {entry[0] for entry in held}
    if len(distinct) < 2:
        return NO_DATA
    return Duration((max(distinct) - min(distinct)) // (len(distinct) - 1))


def _sum(arguments):
    if all(isinstance(argument, fractions.Fraction) for argument in arguments):
        return float(sum(arguments, fractions.Fraction()))
    return math.fsum(arguments)
