"""Expressions as trees: printed as CEL for the engine, evaluated here by docs/semantics.md 4 for the model.

A tree is a list, so that a case can be written as JSON:

    ["&&", [">", ["name", "n"], ["lit", "double", 3.0]], ["has", "idle"]]

Values are Python's float (double), int, str and bool, and Duration and Timestamp, both in nanoseconds.
An answer may also be NO_DATA or FAULT (4.1).
"""

import datetime
import fractions
import math

SECOND = 1_000_000_000
UNITS = [("d", 86400 * SECOND), ("h", 3600 * SECOND), ("m", 60 * SECOND), ("s", SECOND), ("ms", 1_000_000)]
INT_MIN, INT_MAX = -(2**63), 2**63 - 1
LOGIC = ("&&", "||")
ORDER = ("<", "<=", ">", ">=")
COMPARISONS = ORDER + ("==", "!=")
ARITHMETIC = ("+", "-", "*", "/", "%")


class Duration(int):
    pass


class Timestamp(int):
    pass


class _NoAnswer:
    def __init__(self, word):
        self.word = word

    def __repr__(self):
        return self.word


NO_DATA = _NoAnswer("no data")
FAULT = _NoAnswer("fault")


def answered(value):
    return value is not NO_DATA and value is not FAULT


# As text


def duration_text(ns):
    """1h30m. Whole milliseconds only: that is what a config can say."""
    if ns == 0:
        return "0s"
    text = ""
    for unit, size in UNITS:
        count, ns = divmod(ns, size)
        if count:
            text += f"{count}{unit}"
    assert ns == 0, "a duration in a config has whole milliseconds"
    return text


def time_text(ns):
    """RFC 3339 in UTC, with as many fraction digits as are needed."""
    seconds, fraction = divmod(ns, SECOND)
    text = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).isoformat()
    return text + (f".{fraction:09d}".rstrip("0") if fraction else "") + "Z"


def parse_time(text):
    head, _, fraction = text.rstrip("Z").partition(".")
    passed = datetime.datetime.fromisoformat(head) - datetime.datetime(1970, 1, 1)
    return (passed.days * 86400 + passed.seconds) * SECOND + int(fraction.ljust(9, "0") or 0)


def _literal(kind, value):
    if kind == "string":
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if kind == "bool":
        return "true" if value else "false"
    if kind == "duration":
        return f'duration("{duration_text(value)}")'
    if kind == "timestamp":
        return f'timestamp("{time_text(value)}")'
    if kind == "double" and value == int(value):
        return str(int(value))  # an integer literal next to a double is a double (4)
    return repr(value)


def to_cel(tree):
    kind = tree[0]
    if kind == "lit":
        return _literal(tree[1], tree[2])
    if kind == "name":
        metric, past, back = tree[1].partition("~")  # the metric's window as it was (3.9)
        return f'previous({metric}, duration("{duration_text(int(back))}"))' if past else metric
    if kind == "now":
        return "now"
    if kind == "has":
        return f"has({tree[1]})"
    if kind == "int":
        return f"int({to_cel(tree[1])})"
    if kind == "!":
        return f"!({to_cel(tree[1])})"
    if kind == "?:":
        return "(" + to_cel(tree[1]) + " ? " + to_cel(tree[2]) + " : " + to_cel(tree[3]) + ")"
    if kind == "in":
        return "(" + to_cel(tree[1]) + " in [" + ", ".join(to_cel(item) for item in tree[2]) + "])"
    return f"({to_cel(tree[1])} {kind} {to_cel(tree[2])})"


def children(tree):
    if tree[0] in ("lit", "name", "now", "has"):
        return []
    if tree[0] == "in":
        return [tree[1], *tree[2]]
    return list(tree[1:])


def names(tree):
    """The names that it reads, each once, in order."""
    if tree[0] in ("name", "has"):
        return [tree[1]]
    found = []
    for child in children(tree):
        found += [name for name in names(child) if name not in found]
    return found


def terms(tree):
    """What `&&`, `||` and `!` join."""
    if tree[0] in LOGIC or tree[0] == "!":
        return [term for child in children(tree) for term in terms(child)]
    return [tree]


def comparisons(tree):
    found = [tree] if tree[0] in COMPARISONS else []
    return found + [one for child in children(tree) for one in comparisons(child)]


# As values (4.1 to 4.3)


def evaluate(tree, read, now=None):
    """`read` gives the value of a name, or NO_DATA or FAULT; `now` is the clock."""
    kind = tree[0]
    if kind == "lit":
        return {"duration": Duration, "timestamp": Timestamp, "double": float}.get(tree[1], lambda v: v)(tree[2])
    if kind == "name":
        return read(tree[1])
    if kind == "now":
        return Timestamp(now)
    if kind == "has":
        value = read(tree[1])
        return FAULT if value is FAULT else value is not NO_DATA
    if kind in LOGIC:
        return _logic(kind, evaluate(tree[1], read, now), evaluate(tree[2], read, now))
    if kind == "?:":
        chosen = evaluate(tree[1], read, now)
        return evaluate(tree[2] if chosen else tree[3], read, now) if answered(chosen) else chosen
    values = [evaluate(child, read, now) for child in children(tree)]
    for missing in (FAULT, NO_DATA):  # where both are left, fault wins
        if any(value is missing for value in values):
            return missing
    if kind == "!":
        return not values[0]
    if kind == "int":
        return int(values[0]) // SECOND if isinstance(values[0], Timestamp) else _fits(math.trunc(values[0]), int)
    if kind == "in":
        return values[0] in values[1:]
    if kind in COMPARISONS:
        return _compare(kind, *values)
    return _arithmetic(kind, *values)


def _logic(kind, left, right):
    decides = kind == "||"
    if left is decides or right is decides:
        return decides
    for missing in (FAULT, NO_DATA):
        if left is missing or right is missing:
            return missing
    return not decides


def _compare(kind, left, right):
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right,
            "!=": left != right}[kind]


def _fits(value, kind):
    return kind(value) if INT_MIN <= value <= INT_MAX else FAULT


def _arithmetic(kind, left, right):
    left_is_time, right_is_time = isinstance(left, (Duration, Timestamp)), isinstance(right, (Duration, Timestamp))
    if left_is_time or right_is_time:
        return _time_arithmetic(kind, left, right)
    if isinstance(left, float) or isinstance(right, float):
        return _double_arithmetic(kind, float(left), float(right))
    if kind in "/%":
        if right == 0:
            return FAULT
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return _fits(quotient if kind == "/" else left - quotient * right, int)
    return _fits({"+": left + right, "-": left - right, "*": left * right}[kind], int)


def _double_arithmetic(kind, left, right):
    if kind == "/":
        value = left / right if right != 0 else math.nan
    else:
        value = {"+": left + right, "-": left - right, "*": left * right}[kind]
    return value if math.isfinite(value) else NO_DATA


def _time_arithmetic(kind, left, right):
    if kind == "*":  # a number times a duration, rounded to nanoseconds
        number, duration = (right, left) if isinstance(left, Duration) else (left, right)
        return _fits(_nearest(fractions.Fraction(number) * int(duration)), Duration)
    value = int(left) + int(right) if kind == "+" else int(left) - int(right)
    is_timestamp = isinstance(left, Timestamp) != isinstance(right, Timestamp)
    return _fits(value, Timestamp if is_timestamp else Duration)


def _nearest(exact):
    """The nearest integer, halves away from zero."""
    whole = math.floor(abs(exact) + fractions.Fraction(1, 2))
    return whole if exact >= 0 else -whole


# As functions of time (1.9)


def slope(tree, read, slope_of):
    """How fast its value moves with the clock, exactly, or None where that is not linear or there is no value.

    `slope_of` gives that of a name: 1 for a time_since.
    """
    kind = tree[0]
    if kind == "now":
        return 1
    if kind == "name":
        return slope_of(tree[1])
    inner = [slope(child, read, slope_of) for child in children(tree)]
    if all(one == 0 for one in inner):
        return 0
    if None in inner or kind not in ("+", "-", "*"):
        return None
    if kind in "+-":
        return inner[0] + (inner[1] if kind == "+" else -inner[1])
    if 0 not in inner:
        return None
    factor = evaluate(tree[1] if inner[0] == 0 else tree[2], read, 0)
    return fractions.Fraction(factor) * (inner[0] + inner[1]) if answered(factor) else None


def moves(tree, rises):
    """Which ways its value can go when a metric rises: a set of +1 and -1 (a bool rises by turning true).

    `rises` says this of a name.
    """
    kind = tree[0]
    if kind in ("name", "has"):
        return rises(tree[1]) if kind == "name" else _any_way(rises(tree[1]))
    inner = [moves(child, rises) for child in children(tree)]
    if not any(inner):
        return set()
    if kind in ("+", "&&", "||", ">", ">=", "-", "<", "<="):
        against = inner[0] if kind in ("<", "<=") else inner[1] if kind in ("-", ">", ">=") else set()
        along = [side for side in inner if side is not against]
        return set().union(*along, {-way for way in against})
    if kind == "!":
        return {-way for way in inner[0]}
    if kind == "int":
        return inner[0]
    if kind in "*/" and tree[2][0] == "lit":
        return {way * (1 if tree[2][2] >= 0 else -1) for way in inner[0]}
    if kind == "*" and tree[1][0] == "lit":
        return {way * (1 if tree[1][2] >= 0 else -1) for way in inner[1]}
    if kind == "?:" and not inner[0]:
        return inner[1] | inner[2]
    return {1, -1}


def _any_way(ways):
    return {1, -1} if ways else set()
