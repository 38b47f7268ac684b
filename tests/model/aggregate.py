"""What a metric's value is, from all the events that it ever took (docs/semantics.md 3)."""

import fractions
import math

import periods
from expression import NO_DATA, SECOND, Duration

# What is absent of nothing, and says nothing sure of a window that is not fed for its length yet (3.12).
TIMES = ("time_since", "mean_interval")
# Of these a window holds single values.
SAMPLES = ("quantile", "distinct", "topk")


def leaves_at(metric, entry):
    """The instant at which an event leaves the window of a time (3.1), with its slice (3.10), or the period (3.3);
    moved back in time (3.9). None: never."""
    back = metric.get("back", 0)
    if calendar := metric.get("calendar"):
        end = periods.next_start(calendar, entry[0])
        return (periods.next_start(calendar, end) if calendar["closed"] else end) + back
    if metric.get("window") is None:
        return None
    return _end_of_slice(metric, entry[0]) + metric["window"] + back


def enters_at(metric, entry):
    """The instant from which on it counts, of a window that is behind the clock; None: at once."""
    back = metric.get("back", 0)
    calendar = metric.get("calendar")
    if calendar and calendar["closed"]:
        return periods.next_start(calendar, entry[0]) + back
    if not back:
        return None
    return (entry[0] if calendar else _end_of_slice(metric, entry[0])) + back


def _end_of_slice(metric, time):
    width = metric.get("slices")
    return -(-time // width) * width if width else time  # (k·w, (k+1)·w]


def is_behind(metric):
    return bool(metric.get("back") or metric.get("calendar", {}).get("closed"))


def whole_at(metric, began):
    """When it holds all that it should, if it was fed from then on; None where it is not over time."""
    if calendar := metric.get("calendar"):
        first = periods.start(calendar, began)
        first = first if first == began else periods.next_start(calendar, began)
        return (periods.next_start(calendar, first) if calendar["closed"] else first) + metric.get("back", 0)
    return None if metric.get("window") is None else began + metric["window"] + metric.get("back", 0)


def length(metric, now):
    """What a rate is taken over."""
    if not (calendar := metric.get("calendar")):
        return metric["window"]
    begin = periods.start(calendar, now - metric.get("back", 0))
    if calendar["closed"]:
        begin = periods.start(calendar, begin - 1)
    return periods.next_start(calendar, begin) - begin


def members(metric, entries, now):
    """The events that the window holds, by (time, arrival). An entry is (time, arrival, argument)."""
    held = sorted(entry for entry in ((e[0], e[1], i) for i, e in enumerate(entries)))
    held = [entries[i] for _, _, i in held]
    if metric.get("window") is not None or metric.get("calendar"):
        return [entry for entry in held if leaves_at(metric, entry) > now and (enters_at(metric, entry) or 0) <= now]
    if metric.get("last") is not None:
        return held[-metric["last"]:]
    return held


def put_together(metric, values):
    """3.8: a rollup of the values of groups, each with whether the condition of a share holds for it."""
    kind, numbers = metric["aggregate"], sorted(value for value, _ in values)
    if kind == "count":
        return float(len(values))
    if kind == "sum":
        return math.fsum(numbers)
    if not values:
        return NO_DATA
    if kind == "share":
        return [holds for _, holds in values].count(True) / len(values)
    if kind == "mean":
        return math.fsum(numbers) / len(numbers)
    if kind == "quantile":
        return numbers[math.ceil(fractions.Fraction(metric["share"]) * len(numbers)) - 1]
    return numbers[0] if kind == "min" else numbers[-1]


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
        return amount / (length(metric, now) / SECOND)
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
