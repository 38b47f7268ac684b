"""Makes a failing case smaller while it still fails: fewer steps, rules, metrics, options, smaller conditions."""

import copy

from expression import children, names

_KEEP = {"event", "when", "aggregate", "argument", "by", "type", "from", "attributes", "value", "allowed_lateness",
         "resolve_event"}


def shrink(case, fails, tries=3000):
    """`fails(case)` tells whether it still does. Every try is a run, so their number is bounded."""
    left = [tries]

    def still(candidate):
        left[0] -= 1
        return left[0] > 0 and fails(candidate)

    changed = True
    while changed and left[0] > 0:
        changed = False
        for reduce in (_fewer_steps, _without_parts, _smaller_conditions, _fewer_attributes):
            smaller = reduce(case, still)
            changed = changed or smaller is not case
            case = smaller
    return case


def _fewer_steps(case, still):
    size = len(case["steps"])
    while size >= 1:
        start = 0
        while start < len(case["steps"]):
            candidate = dict(case, steps=case["steps"][:start] + case["steps"][start + size:])
            if still(candidate):
                case = candidate
            else:
                start += size
        size //= 2
    return case


def _without_parts(case, still):
    for place in _parts(case["config"]):
        candidate = copy.deepcopy(case)
        parent = candidate["config"]
        for step in place[:-1]:
            parent = parent.get(step, {})
        if place[-1] not in parent:
            continue
        del parent[place[-1]]
        if place[0] == "metrics" and len(place) == 3:  # a metric's past is of the same metric
            for name, spec in candidate["config"]["metrics"].items():
                if name.startswith(place[1] + "~"):
                    spec.pop(place[2], None)
        if _whole(candidate["config"]) and still(candidate):
            case = candidate
    return case


def _parts(config):
    """Whatever can be left out, the largest first, each as the path to it."""
    for section in ("rules", "metrics", "profiles", "keys"):
        yield from ((section, name) for name in list(config.get(section, {})))
    for section in ("rules", "metrics"):
        for name, spec in list(config[section].items()):
            if "~" in name:
                continue
            yield from ((section, name, option) for option in list(spec) if option not in _KEEP)
    yield from (("ingest", option) for option in list(config["ingest"]) if option not in _KEEP)


def _whole(config):
    """Whether everything that is read is still there."""
    metrics = config["metrics"]
    trees = [spec["value"] for spec in metrics.values() if spec.get("value")]
    for rule in config["rules"].values():
        trees += [tree for _, tree in rule["when"]]
        trees += [rule[part] for part in ("resolve_when", "scope") if rule.get(part)]
    profiles = {"profile." + name for profile in config.get("profiles", {}).values() for name in profile["attributes"]}
    known = set(metrics) | profiles | {"customer", "country", "tenant"}
    speaks = all(rule.get("event") or any(name in metrics for _, tree in rule["when"] for name in names(tree))
                 for rule in config["rules"].values())
    return speaks and all(name in known for tree in trees for name in names(tree))


def _smaller_conditions(case, still):
    """Puts one side of a condition in place of the whole."""
    again = True
    while again:
        again = False
        for place, tree in _conditions(case["config"]):
            for path, part in _branches(tree):
                candidate = copy.deepcopy(case)
                parent = candidate["config"]
                for step in place[:-1]:
                    parent = parent[step]
                parent[place[-1]] = _replaced(tree, path, part)
                if _whole(candidate["config"]) and still(candidate):
                    case, again = candidate, True
                    break
            if again:
                break
    return case


def _conditions(config):
    for name, rule in config["rules"].items():
        for rank in range(len(rule["when"])):
            yield ("rules", name, "when", rank, 1), rule["when"][rank][1]
        for part in ("resolve_when", "scope", "event_when"):
            if rule.get(part):
                yield ("rules", name, part), rule[part]
    for name, metric in config["metrics"].items():
        for part in ("where", "value"):
            if metric.get(part):
                yield ("metrics", name, part), metric[part]


def _branches(tree, path=()):
    """Where a part could stand for what contains it: of `&&`, `||`, `!` and of arithmetic."""
    if tree[0] in ("&&", "||", "!", "+", "-", "*", "/"):
        for child in children(tree):
            if child[0] != "lit":
                yield path, child
    if tree[0] not in ("lit", "name", "now", "has", "in"):
        for number, child in enumerate(children(tree), start=1):
            yield from _branches(child, path + (number,))


def _replaced(tree, path, part):
    if not path:
        return part
    copied = list(tree)
    copied[path[0]] = _replaced(tree[path[0]], path[1:], part)
    return copied


def _fewer_attributes(case, still):
    for kind in list(case["config"]["events"]):
        for attribute in list(case["config"]["events"][kind]):
            candidate = copy.deepcopy(case)
            del candidate["config"]["events"][kind][attribute]
            for step in candidate["steps"]:
                if step.get("ingest", {}).get("type") == kind:
                    step["ingest"].pop(attribute, None)
            if still(candidate):
                case = candidate
    return case
