"""Calendar periods, windows as they were, and rollups, against their definition."""
import bisect
import collections
import datetime
import math
import zoneinfo

from by_definition import DAY, HOUR, seconds, text
from conftest import HERE, data, events_of

PERIODS, TICKETS = HERE / "periods.yaml", HERE / "tickets.yaml"
OLIST, VISITS, INCIDENTS = "olist_events.jsonl.gz", "ga_visits.jsonl.gz", "incident_events.jsonl.gz"
ZONE = zoneinfo.ZoneInfo("America/Sao_Paulo")


def month_of(instant):
    """A number that grows by one each month there."""
    there = datetime.datetime.fromtimestamp(instant, ZONE)
    return there.year * 12 + there.month


def reviews():
    """(month, state, score, time) of every review."""
    for event in events_of(OLIST):
        if event["type"] == "review":
            at = seconds(event["time"])
            yield month_of(at), event["attrs"]["state"], event["value"], at


def test_mean_score_by_state_of_the_last_complete_month(trace):
    scores = collections.defaultdict(list)
    first = None
    for month, state, score, _ in reviews():
        scores[month, state].append(score)
        first = month if first is None else first
    states = {state for _, state in scores}
    seen = collections.Counter()
    for at, (state,), value in trace(PERIODS, data(OLIST), "score_last_month", "--trace-at", "24h"):
        # The month in which the first event came was not seen as a whole.
        month = month_of(seconds(at)) - 1
        held = scores[month, state] if month > first else []
        if held:
            assert math.isclose(float(value), sum(held) / len(held), rel_tol=1e-15), (at, state)
            seen[state] += 1
        else:
            assert value == "", (at, state)
    assert set(seen) <= states and len(seen) >= 25 and sum(seen.values()) > 5000


def test_reviews_by_state_of_the_present_month(trace):
    times = collections.defaultdict(list)
    for month, state, _, at in reviews():
        times[month, state].append(at)
    for at, (state,), value in trace(PERIODS, data(OLIST), "reviews_this_month", "--trace-at", "24h"):
        held = times[month_of(seconds(at)), state]
        assert value == str(bisect.bisect_right(held, seconds(at))), (at, state)


def visits():
    return [event for event in events_of(VISITS) if event["type"] == "visit"]


def test_visits_of_a_day_below_half_of_the_same_day_a_week_before(changes):
    times = [seconds(event["time"]) for event in visits()]
    last = times[-1]  # purchases are ignored, and do not move the clock

    def count(begin, end):
        return bisect.bisect_right(times, end) - bisect.bisect_left(times, begin)

    whole = -(-times[0] // DAY) * DAY + 7 * DAY  # a week after the first day that was seen as a whole
    expected, fires = [], False
    for at in range(-(-times[0] // HOUR) * HOUR, last + 1, HOUR):
        midnight = at // DAY * DAY
        before = count(midnight - 7 * DAY, at - 7 * DAY) if at >= whole else None
        few = before is not None and 2 * count(midnight, at) < before
        if few != fires:
            expected.append((text(at), "firing" if few else "resolved"))
            fires = few
    told = [(change["time"], change["change"]) for change in changes(PERIODS, data(VISITS))
            if change["rule"] == "FewerVisits"]
    assert len(expected) > 100
    assert told == expected


def test_visits_by_channel_as_they_were_a_week_before(trace):
    times = collections.defaultdict(list)
    for event in visits():
        times[event["attrs"]["channel"]].append(seconds(event["time"]))
    began = seconds(visits()[0]["time"])
    rows = trace(PERIODS, data(VISITS), "visits_7d_before", "--trace-at", "6h")
    assert len(rows) > 5000
    for at, (channel,), value in rows:
        then = seconds(at) - 7 * DAY
        if then - 7 * DAY < began:
            assert value == "", at
        else:
            held = times[channel]
            assert value == str(bisect.bisect_right(held, then) - bisect.bisect_right(held, then - 7 * DAY)), at


def tickets_by_hour():
    """At every full hour: how many tickets there are, are open, and are open without an event for five days."""
    events = events_of(INCIDENTS)
    state, newest, is_open, i = {}, {}, 0, 0
    first, last = seconds(events[0]["time"]), seconds(events[-1]["time"])
    for at in range(-(-first // HOUR) * HOUR, last + 1, HOUR):
        while i < len(events) and seconds(events[i]["time"]) <= at:
            ticket, kind = events[i]["attrs"]["ticket"], events[i]["type"]
            done = ("ticket_resolved", "ticket_closed")
            is_open += (kind not in done) - (ticket in state and state[ticket] not in done)
            state[ticket], newest[ticket] = kind, seconds(events[i]["time"])
            i += 1
        yield text(at), len(state), is_open, state, newest


def test_how_many_tickets_are_open(trace):
    expected = [(at, str(is_open)) for at, _, is_open, _, _ in tickets_by_hour()]
    rows = trace(TICKETS, data(INCIDENTS), "open_tickets", "--trace-at", "1h")
    assert [(at, value) for at, _, value in rows] == expected
    assert max(int(value) for _, value in expected) > 1500


def test_how_many_tickets_there_are(trace):
    rows = trace(TICKETS, data(INCIDENTS), "tickets", "--trace-at", "1h")
    assert [int(value) for _, _, value in rows] == [known for _, known, _, _, _ in tickets_by_hour()]
    assert rows[-1][2] == "24918"


def test_open_tickets_without_an_event_for_five_days(trace):
    rows = trace(TICKETS, data(INCIDENTS), "forgotten", "--trace-at", "24h")
    expected = []
    for at, _, _, state, newest in tickets_by_hour():
        if seconds(at) % DAY == 0:
            silent = [state[ticket] for ticket, then in newest.items() if seconds(at) - then >= 5 * DAY]
            expected.append((at, str(sum(kind not in ("ticket_resolved", "ticket_closed") for kind in silent))))
    assert [(at, value) for at, _, value in rows] == expected


def test_the_backlog_alert(changes):
    # At the events: which ones, in order.
    state, is_open, fires, expected = {}, 0, False, []
    events = events_of(INCIDENTS)
    done = ("ticket_resolved", "ticket_closed")
    for i, event in enumerate(events):
        ticket, kind = event["attrs"]["ticket"], event["type"]
        is_open += (kind not in done) - (ticket in state and state[ticket] not in done)
        state[ticket] = kind
        closes = i + 1 == len(events) or events[i + 1]["time"] != event["time"]
        if not fires and is_open >= 1500:
            fires = True
            expected.append((event["time"], "firing"))
        if fires and is_open < 1200 and closes:
            fires = False
            expected.append((event["time"], "resolved"))
    told = [(change["time"], change["change"]) for change in changes(TICKETS, data(INCIDENTS))]
    assert told == expected and len(told) >= 1
