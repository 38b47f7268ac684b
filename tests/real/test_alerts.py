"""When alerts fire and resolve, exact to the instant, against their definitions."""
import collections
import json

import pytest

from by_definition import DAY, HOUR, History, changes_of, seconds, text, thousandths
from conftest import HERE, data, events_of

RETAIL_RULES = HERE / "alerts.yaml"
OLIST_RULES = HERE / "quality.yaml"
WEEK = 7 * DAY


def grouped(events, key, *types):
    """(time, event) of the events of these types, for each value of `key`, which an event may lack."""
    groups = collections.defaultdict(list)
    for event in events:
        group = key(event)
        if event["type"] in types and group is not None:
            groups[group].append((seconds(event["time"]), event))
    return groups


def told(changes, rule):
    """(labels, time, change, active_at, fired_at) of one rule, in an order of their own."""
    return sorted(
        (tuple(sorted(change["labels"].items())), seconds(change["time"]), change["change"],
         seconds(change["active_at"]), seconds(change["fired_at"]))
        for change in changes if change["rule"] == rule)


def expected(key, found_by_group):
    return sorted((((key, group),) if key else (), *found) for group, all_found in found_by_group.items()
                  for found in all_found)


@pytest.fixture(scope="module")
def retail_changes(retail, changes):
    return changes(RETAIL_RULES, retail)


@pytest.fixture(scope="module")
def olist():
    return events_of("olist_events.jsonl.gz")


@pytest.fixture(scope="module")
def olist_changes(changes):
    return changes(OLIST_RULES, data("olist_events.jsonl.gz"))


def country(event):
    return event["attrs"]["country"]


def customer(event):
    return event["customer"]


def state(event):
    return event["attrs"]["state"]


def refund_shares(events, minimum, warmed_at, hold=0):
    """Refunds of a week over sales of a week > 0.2, with at least so many purchases; no data before `warmed_at`."""
    end = seconds(events[-1]["time"])

    def condition_of(group):
        purchases = History([(t, thousandths(e["value"])) for t, e in group if e["type"] == "purchase"])
        refunds = History([(t, thousandths(e["value"])) for t, e in group if e["type"] == "refund"])
        purchases_applied = [0]
        for _, event in group:
            purchases_applied.append(purchases_applied[-1] + (event["type"] == "purchase"))

        def condition(applied, t):
            # What has been applied, less what has left.
            bought = purchases_applied[applied]
            first_bought, _ = purchases.within(t, WEEK)
            first_refunded, _ = refunds.within(t, WEEK)
            sales = (purchases.sums[bought] - purchases.sums[first_bought]) / 1000
            refunded = (refunds.sums[applied - bought] - refunds.sums[first_refunded]) / 1000
            return t >= warmed_at and bought - first_bought >= minimum and sales > 0 and refunded / sales > 0.2

        return condition

    groups = grouped(events, country, "purchase", "refund")
    return {name: changes_of(group, condition_of(group), end, leaves=[WEEK], ticks=[warmed_at], hold=hold)
            for name, group in groups.items()}


def test_a_ratio_with_a_minimum_denominator_waits_until_its_windows_are_warm(retail_events, retail_changes):
    began = seconds(retail_events[0]["time"])
    found = expected("country", refund_shares(retail_events, 50, began + WEEK))
    assert len(found) > 30
    assert told(retail_changes, "RefundShare") == found


def test_a_ratio_with_a_minimum_denominator_at_once(retail_events, retail_changes):
    found = expected("country", refund_shares(retail_events, 50, seconds(retail_events[0]["time"])))
    assert len(found) > len(told(retail_changes, "RefundShare"))
    assert told(retail_changes, "RefundShareAtOnce") == found


def test_a_ratio_that_must_hold_for_six_hours(retail_events, retail_changes):
    began = seconds(retail_events[0]["time"])
    found = expected("country", refund_shares(retail_events, 5, began + WEEK, hold=6 * HOUR))
    assert len({labels for labels, *_ in found}) > 3
    assert told(retail_changes, "RefundShareOfSmall") == found


def absences(purchases, limit, least, end):
    """No purchase for `limit` after at least so many: from purchase + limit until the next purchase, if that is later
    than the deadline. The deadline must have been closed by `end`."""
    found = []
    for i in range(least - 1, len(purchases)):
        deadline = purchases[i] + limit
        later = purchases[i + 1] if i + 1 < len(purchases) else None
        if deadline > end or later is not None and later <= deadline:
            continue
        found.append((deadline, "firing", deadline, deadline))
        if later is not None:
            found.append((later, "resolved", deadline, deadline))
    return found


def test_no_purchase_for_sixty_days_after_three_purchases(retail_events, retail_changes):
    end = seconds(retail_events[-1]["time"])
    groups = grouped(retail_events, customer, "purchase")
    found = expected("customer", {name: absences([t for t, _ in group], 60 * DAY, 3, end)
                                  for name, group in groups.items()})
    assert len(found) > 1000
    assert any(change == "resolved" for _, _, change, _, _ in found)
    assert told(retail_changes, "StaysAway") == found


@pytest.mark.parametrize("next_purchase, fires", [(-1, False), (0, False), (1, True)])
def test_a_purchase_exactly_at_the_deadline_prevents_it(next_purchase, fires, changes, tmp_path):
    start = seconds("2011-01-01T00:00:00Z")
    deadline = start + 2 + 60 * DAY
    purchases = [start, start + 1, start + 2, deadline + next_purchase]
    found = told(changes(RETAIL_RULES, planted(tmp_path, purchases)), "StaysAway")
    labels = (("customer", "planted"),)
    assert found == [(labels, *change) for change in absences(purchases, 60 * DAY, 3, purchases[-1])]
    assert bool(found) == fires


@pytest.mark.parametrize("until, fires", [(-1, False), (0, True), (1, True)])
def test_the_deadline_is_decided_when_its_instant_is_closed(until, fires, changes, tmp_path):
    start = seconds("2011-01-01T00:00:00Z")
    deadline = start + 2 + 60 * DAY
    events = planted(tmp_path, [start, start + 1, start + 2])
    found = told(changes(RETAIL_RULES, events, "--until", text(deadline + until)), "StaysAway")
    assert found == ([((("customer", "planted"),), deadline, "firing", deadline, deadline)] if fires else [])


def test_two_purchases_are_not_three(changes, tmp_path):
    start = seconds("2011-01-01T00:00:00Z")
    events = planted(tmp_path, [start, start + 1])
    assert told(changes(RETAIL_RULES, events, "--until", text(start + 100 * DAY)), "StaysAway") == []


def planted(folder, times):
    path = folder / "events.jsonl"
    path.write_text("".join(
        json.dumps({"type": "purchase", "time": text(t), "customer": "planted", "value": 1, "attrs": {}}) + "\n"
        for t in times))
    return path


def test_nothing_sold_for_a_day(retail_events, retail_changes):
    end = seconds(retail_events[-1]["time"])
    times = [seconds(event["time"]) for event in retail_events if event["type"] == "purchase"]
    assert times[0] == seconds(retail_events[0]["time"])  # so the window is warm before it can be empty
    found = expected(None, {"": absences(times, DAY, 1, end)})
    assert len(found) > 50
    assert told(retail_changes, "NothingSold") == found


def test_five_purchases_of_a_customer_in_an_hour(retail_events, retail_changes):
    end = seconds(retail_events[-1]["time"])

    def condition_of(group):
        history = History([(t, 1) for t, _ in group])
        return lambda applied, t: applied - history.within(t, HOUR)[0] >= 5

    groups = grouped(retail_events, customer, "purchase")
    found = expected("customer", {name: changes_of(group, condition_of(group), end, leaves=[HOUR])
                                  for name, group in groups.items()})
    assert len(found) > 10
    assert told(retail_changes, "Rush") == found


def test_the_mean_of_the_last_twenty_reviews_by_state(olist, olist_changes):
    end = seconds(olist[-1]["time"])

    def condition_of(group):
        scores = [event["value"] for _, event in group]

        def condition(applied, _):
            held = scores[max(0, applied - 20) : applied]
            return bool(held) and sum(held) / len(held) < 3.5

        return condition

    found = expected("state", {name: changes_of(group, condition_of(group), end)
                               for name, group in grouped(olist, state, "review").items()})
    assert len({labels for labels, *_ in found}) > 10
    assert told(olist_changes, "Unhappy") == found


def test_the_share_of_late_deliveries_of_a_week_by_state(olist, olist_changes):
    began, end = seconds(olist[0]["time"]), seconds(olist[-1]["time"])

    def condition_of(group):
        history = History([(t, int(event["attrs"]["late"])) for t, event in group])

        def condition(applied, t):
            first, _ = history.within(t, WEEK)
            late, all_of_them = history.sums[applied] - history.sums[first], applied - first
            return t >= began + WEEK and all_of_them >= 10 and late / all_of_them > 0.2

        return condition

    found = expected("state", {name: changes_of(group, condition_of(group), end, leaves=[WEEK], ticks=[began + WEEK])
                               for name, group in grouped(olist, state, "order_delivered").items()})
    assert len({labels for labels, *_ in found}) > 5
    assert told(olist_changes, "Late") == found


def test_values_at_a_change_are_those_of_its_instant(retail_events, retail_changes):
    groups = grouped(retail_events, customer, "purchase")
    checked = 0
    for change in retail_changes:
        if change["rule"] == "StaysAway":
            times = [t for t, _ in groups[change["labels"]["customer"]]]
            at = seconds(change["time"])
            assert change["values"]["purchases"] == sum(t <= at for t in times)
            checked += 1
    assert checked
