"""Patterns over real orders and tickets, against what the files say event by event."""
import collections

import pytest

from by_definition import DAY, seconds
from conftest import HERE, data, events_of

RULES = HERE / "patterns.yaml"
ORDERS = "olist_events.jsonl.gz"
TICKETS = "incident_events.jsonl.gz"
DECLARED = ("order_placed", "order_delivered", "ticket_opened", "ticket_resolved", "ticket_reopened")


@pytest.fixture(scope="module")
def order_changes(changes):
    return changes(RULES, data(ORDERS))


@pytest.fixture(scope="module")
def ticket_changes(changes):
    return changes(RULES, data(TICKETS))


def told(changes, rule, *labels):
    """(labels, change, time, fired_at, summary) of one rule."""
    return sorted((*(change["labels"][label] for label in labels), change["change"], seconds(change["time"]),
                   seconds(change["fired_at"]), change.get("summary", ""))
                  for change in changes if change["rule"] == rule)


def not_followed(events, key, first, ends, within, says):
    """What is told of a first event that is not followed in time, and of the end of that, by looking at every event."""
    clock = max(seconds(event["time"]) for event in events if event["type"] in DECLARED)
    events = [(seconds(event["time"]), event) for event in events if event["type"] in (first, ends)]
    groups = collections.defaultdict(list)
    for at, event in events:
        groups[event["attrs"][key]].append((at, event))
    found = []
    for group, all_of_it in groups.items():
        fired = None  # (fired_at, words)
        matches = []  # (deadline, words)
        for i, (at, event) in enumerate(all_of_it):
            if event["type"] != first:
                continue
            deadline = at + within
            if deadline <= clock and not any(
                    other["type"] == ends and later <= deadline for later, other in all_of_it[i + 1:]):
                matches.append((deadline, says(event)))
        happenings = [(deadline, 1, words) for deadline, words in matches]
        # What comes at the deadline's instant comes before that is closed.
        happenings += [(at, 0, None) for at, event in all_of_it if event["type"] == ends]
        for at, order, words in sorted(happenings, key=lambda happening: happening[:2]):
            if order == 1:
                found.append((group, "again" if fired else "firing", at, fired[0] if fired else at, words))
                fired = (fired[0] if fired else at, words)
            elif fired:
                found.append((group, "resolved", at, *fired))
                fired = None
    return sorted(found)


def test_orders_that_are_not_delivered_within_thirty_days(order_changes):
    found = not_followed(events_of(ORDERS), "order", "order_placed", "order_delivered", 30 * DAY,
                         lambda event: event["attrs"]["state"])
    assert len([one for one in found if one[1] == "firing"]) > 300
    assert len([one for one in found if one[1] == "resolved"]) > 200
    assert told(order_changes, "Undelivered", "order") == found


def test_tickets_that_are_not_resolved_within_five_days(ticket_changes):
    found = not_followed(events_of(TICKETS), "ticket", "ticket_opened", "ticket_resolved", 5 * DAY,
                         lambda event: str(event["attrs"]["priority"]))
    assert len([one for one in found if one[1] == "firing"]) > 1000
    assert told(ticket_changes, "Unresolved", "ticket") == found


@pytest.mark.parametrize("rule, label", [("Caller", "customer"), ("Group", "group")])
def test_three_reopenings_in_a_day(ticket_changes, rule, label):
    groups = collections.defaultdict(list)
    for event in events_of(TICKETS):
        key = event.get("customer") if label == "customer" else event["attrs"].get("group")
        if event["type"] == "ticket_reopened" and key is not None:
            groups[key].append(seconds(event["time"]))
    # The third of each three in a row: it completes the attempt that the first has opened.
    found = sorted((group, third) for group, times in groups.items()
                   for first, third in zip(times, times[2:]) if third - first <= DAY)
    assert len(found) >= 2
    ours = [change for change in ticket_changes if change["rule"] == rule and change["change"] in ("firing", "again")]
    assert sorted((change["labels"][label], seconds(change["time"])) for change in ours) == found
