"""What follows from a rule's definition: its grouping, what it reads, when it must be looked at (docs/semantics.md)."""

from expression import COMPARISONS, children, comparisons, moves, names, terms


class Rule:
    """A rule with what follows from its definition."""

    def __init__(self, name, spec, metrics, profiles=()):
        self.name, self.spec = name, spec
        self.metrics = metrics
        self.trees = [tree for _, tree in spec["when"]] + ([spec["resolve_when"]] if spec.get("resolve_when") else [])
        self.scope = spec.get("scope")
        if spec.get("event"):
            self.grouping = tuple(spec.get("by", []))
            self.shown = []
            self.reads = set()
            self.sampled = False
            self.coarse_terms = self.timed = []
            self.masked = set()
            return
        self.shown = sorted({name for tree in self.trees for name in names(tree) if name in metrics})
        self.reads = base_metrics(self.trees, metrics)
        self.grouping = finest(self.shown, metrics)
        # 4.5: terms of coarser metrics alone, and comparisons that mix both. A profile's attribute is as a metric of
        # its key's grouping.
        self.profile_of = {"profile." + attribute: (key,) for key, profile in dict(profiles).items()
                           for attribute in profile["attributes"]}
        scope = [self.scope] if self.scope else []
        parts = [(term, {grouping_of(name, metrics) for name in base_metrics([term], metrics)}
                  | {self.profile_of[name] for name in names(term) if name in self.profile_of})
                 for tree in self.trees + scope for term in terms(tree)]
        self.coarse_terms = [term for term, found in parts if found and self.grouping not in found]
        mixed = any(self.grouping in found and len(found) > 1 for _, found in parts)
        self.sampled = mixed or any(reads_time_crookedly(tree, metrics) for tree in self.trees)
        self.timed = [one for one in reachable_comparisons(self.trees, metrics) if reads_time(one, metrics)]
        self.masked = set()
        if spec.get("warm_up") != "ignore":
            self.masked = {name for name in self.reads if self._truer_when_emptier(name)}

    def _truer_when_emptier(self, name):
        """3.12, and D2."""
        metric = self.metrics[name]
        over_time = [part for part in parts_of(name, self.metrics)
                     if self.metrics[part].get("window") is not None or self.metrics[part].get("calendar")]
        if not over_time:
            return False

        def rises(read):
            if read in self.metrics and self.metrics[read].get("value"):
                return moves(self.metrics[read]["value"], rises)
            return {1} if read == name else set()

        ways = set().union(*(moves(tree, rises) for _, tree in self.spec["when"]))
        if metric.get("over") and (metric["aggregate"] != "count" or metric.get("where")):
            return any(name in base_metrics([tree], self.metrics) for _, tree in self.spec["when"])
        if metric["aggregate"] in ("count", "rate", "sum", "max", "distinct"):
            return -1 in ways
        if metric["aggregate"] == "min":
            return 1 in ways
        return any(name in base_metrics([tree], self.metrics) for _, tree in self.spec["when"])


def reachable_comparisons(trees, metrics):
    """The comparisons of trees, and of the expression metrics that they read."""
    found = []
    for tree in trees:
        found += comparisons(tree)
        inner = [metrics[name]["value"] for name in names(tree) if name in metrics and metrics[name].get("value")]
        found += reachable_comparisons(inner, metrics)
    return found


def base_metrics(trees, metrics):
    """The metrics over events that trees read, through expression metrics too."""
    found = set()
    for tree in trees:
        for name in names(tree):
            if name in metrics:
                inner = metrics[name].get("value")
                found |= base_metrics([inner], metrics) if inner else {name}
    return found


def parts_of(name, metrics):
    """The metrics over events that one is read from: itself, or those of a rollup's groups."""
    metric = metrics[name]
    if not metric.get("over"):
        return [name]
    conditions = [metric[part] for part in ("where", "argument") if metric.get(part)]
    return sorted(base_metrics([["name", metric["over"]], *conditions], metrics))


def finest(read, metrics):
    """4.5: the finest grouping; the others are subsets of it."""
    return max((grouping_of(name, metrics) for name in read), key=len, default=())


def grouping_of(name, metrics):
    metric = metrics[name]
    return finest(base_metrics([metric["value"]], metrics), metrics) if metric.get("value") else tuple(metric["by"])


def reads_time(tree, metrics):
    if tree[0] == "now":
        return True
    if tree[0] == "name" and tree[1] in metrics:
        metric = metrics[tree[1]]
        return reads_time(metric["value"], metrics) if metric.get("value") else metric["aggregate"] == "time_since"
    return any(reads_time(child, metrics) for child in children(tree))


def reads_time_crookedly(tree, metrics):
    """1.9: whether it reads the clock otherwise than in a linear comparison."""
    if tree[0] == "name" and tree[1] in metrics and metrics[tree[1]].get("value"):
        return reads_time_crookedly(metrics[tree[1]]["value"], metrics)
    if any(reads_time_crookedly(child, metrics) for child in children(tree)):
        return True
    reading = [reads_time(child, metrics) for child in children(tree)]
    if not any(reading):
        return False
    if tree[0] in ("+", "-", "&&", "||", "!") or tree[0] in COMPARISONS:
        return False
    return not (tree[0] == "*" and reading.count(True) == 1)
