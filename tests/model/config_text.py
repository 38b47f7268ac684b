"""A generated config as YAML, in the words of docs/config.md."""

import json

from expression import duration_text, to_cel

_DURATIONS = ("allowed_lateness", "deduplicate", "reorder", "window", "for", "keep_firing_for", "every",
              "expire_after", "within", "resolution")


def to_yaml(config):
    lines = ["version: 1", "ingest: " + _flow(config["ingest"])]
    sections = {
        "events": config["events"],
        "keys": config.get("keys"),
        "profiles": config.get("profiles"),
        "metrics": {name: _metric(spec) for name, spec in config["metrics"].items() if "~" not in name},
        "rules": {name: _rule(spec) for name, spec in config["rules"].items()},
    }
    for section, entries in sections.items():
        if entries:
            lines.append(section + ":")
            lines += [f"  {name}: {_flow(entry)}" for name, entry in entries.items()]
    return "\n".join(lines) + "\n"


def _flow(entry):
    return json.dumps(_plain(entry), ensure_ascii=False)


def _plain(entry):
    if not isinstance(entry, dict):
        return entry
    return {name: duration_text(value) if name in _DURATIONS and isinstance(value, int) else _plain(value)
            for name, value in entry.items()}


def _metric(spec):
    if spec.get("value"):
        return {"value": to_cel(spec["value"])}
    if spec.get("over"):
        said = {"over": spec["over"], "aggregate": rollup_text(spec), "by": spec["by"]}
    else:
        said = {"event": _one_or_list(spec["event"]), "aggregate": aggregate_text(spec), "by": spec["by"]}
    if spec.get("where"):
        said["where"] = to_cel(spec["where"])
    for name in ("window", "last"):
        if spec.get(name) is not None:
            said[name] = spec[name]
    if spec.get("calendar"):
        said["window"] = {"calendar": spec["calendar"]["unit"], "zone": spec["calendar"]["zone"],
                          "closed": spec["calendar"]["closed"]}
    if spec.get("slices"):
        said["resolution"] = spec["slices"]
    elif spec.get("resolution"):
        said["resolution"] = spec["resolution"]
    return said


def aggregate_text(spec):
    argument = spec.get("argument")
    if spec["aggregate"] == "ewma":
        return f"ewma({to_cel(argument)}, duration('{duration_text(spec['half_life'])}'))"
    if spec["aggregate"] in ("quantile", "topk"):
        return f"{spec['aggregate']}({spec.get('share', spec.get('most'))}, {to_cel(argument)})"
    if spec["aggregate"] == "csat":
        return f"csat({to_cel(argument)}, {spec['satisfied']})"
    return spec["aggregate"] + (f"({to_cel(argument)})" if argument else "")


def rollup_text(spec):
    if spec["aggregate"] == "share":
        return f"share({to_cel(spec['argument'])})"
    return f"quantile({spec['share']})" if spec["aggregate"] == "quantile" else spec["aggregate"]


def _rule(spec):
    said = {}
    if spec.get("event"):
        said.update(event=_one_or_list(spec["event"]), by=spec["by"])
        if spec.get("event_when"):
            said["when"] = to_cel(spec["event_when"])
        if spec.get("resolve_event"):
            said["resolve_event"] = _one_or_list(spec["resolve_event"])
        if spec.get("severity"):
            said["severity"] = spec["severity"]
    elif len(spec["when"]) > 1:
        said["when"] = {severity: to_cel(tree) for severity, tree in spec["when"]}
    else:
        severity, tree = spec["when"][0]
        said["when"] = to_cel(tree)
        if severity:
            said["severity"] = severity
    for name in ("resolve_when", "scope"):
        if spec.get(name):
            said[name] = to_cel(spec[name])
    for name in ("for", "keep_firing_for", "every", "on_no_data", "warm_up", "flapping", "labels", "tell_again"):
        if name in spec:
            said[name] = spec[name]
    return said


def _one_or_list(words):
    return words[0] if len(words) == 1 else words
