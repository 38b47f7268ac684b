"""Records as events, or the reason why they are none (docs/semantics.md 2.4, 2.5)."""

import fractions
import re

from expression import parse_time


def read_record(record, config):
    """An event, or None, and the reason why it is not one."""
    if record.get("type") is None:
        return None, "missing_type"
    declared = config["events"].get(record["type"])
    if declared is None:
        return None, "ignored" if config["ingest"].get("unknown_events") == "ignore" else "unknown_type"
    if record.get("time") is None:
        return None, "missing_time"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", record["time"]):
        return None, "bad_time"
    if not -(2**63) <= parse_time(record["time"]) < 2**63:  # 1.1
        return None, "out_of_range"
    attributes = {"type": record["type"]}
    for name, spec in declared.items():
        value = record.get(name)
        if value is None:  # 2.5
            continue
        kind = spec["type"].split("(")[0]
        good = {"string": (str,), "int": (int,), "double": (int, float), "bool": (bool,), "decimal": (int, float)}
        if not isinstance(value, good[kind]) or (isinstance(value, bool) and kind != "bool"):
            return None, "bad_value"
        if value < spec.get("min", value) or value > spec.get("max", value):
            return None, "out_of_range"
        attributes[name] = exact(value) if kind == "decimal" else float(value) if kind == "double" else value
    return {"type": record["type"], "time": parse_time(record["time"]), "id": record.get("id"),
            "attributes": attributes}, None


def exact(value):
    return fractions.Fraction(repr(value))
