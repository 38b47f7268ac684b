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
    if kind == "distinct":
        return float(len(set(arguments)))
    if not held:
        return NO_DATA
    if kind == "quantile":
        rank = math.ceil(fractions.Fraction(metric["share"]) * len(held))
        return float(sorted(arguments)[max(rank, 1) - 1])
    if kind == "topk":
        counts = sorted((-arguments.count(one), one.encode()) for one in set(arguments))[: metric["most"]]
        return ", ".join(f"{one.decode()} ({-count})" for count, one in counts)
    if kind in ("mean", "ces"):
        return _sum(arguments) / len(held)
    if kind == "share":
        return arguments.count(True) / len(held)
    if kind == "min":
        return float(min(arguments))
    if kind == "max":
        return float(max(arguments))
    if kind in ("first", "last"):
        one = arguments[0 if kind == "first" else -1]
        return float(one) if isinstance(one, fractions.Fraction) else one
    if kind == "delta":
        return float(arguments[-1] - arguments[0])
    if kind == "stddev":
        return _deviation(arguments) if len(arguments) > 1 else NO_DATA
    if kind == "ewma":
        return _decayed_mean(held, metric["half_life"])
    if kind == "csat":
        return [argument >= metric["satisfied"] for argument in arguments].count(True) / len(held)
    if kind == "nps":
        return sum(100 if argument >= 9 else -100 if argument < 7 else 0 for argument in arguments) / len(held)
    if kind == "time_since":
        return Duration(now - held[-1][0])
    assert kind == "mean_interval", kind
    distinct = {entry[0] for entry in held}
    if len(distinct) < 2:
        return NO_DATA
    return Duration((max(distinct) - min(distinct)) // (len(distinct) - 1))


def _deviation(arguments):
    exact = [fractions.Fraction(argument) for argument in arguments]
    mean = sum(exact) / len(exact)
    return math.sqrt(sum((one - mean) ** 2 for one in exact) / (len(exact) - 1))


def _decayed_mean(held, half_life):
    """A half-life older is half the weight."""
    weights = []
    for entry in held:
        whole, rest = divmod(entry[0], half_life)
        power = fractions.Fraction(2) ** (whole - held[-1][0] // half_life)
        weights.append(power * fractions.Fraction(2.0 ** (rest / half_life)))
    return float(sum(w * fractions.Fraction(entry[2]) for w, entry in zip(weights, held)) / sum(weights))


def _sum(arguments):
    if all(isinstance(argument, fractions.Fraction) for argument in arguments):
        return float(sum(arguments, fractions.Fraction()))
    return math.fsum(arguments)
