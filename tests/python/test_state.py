"""What an engine holds as a whole: tables of values, snapshots, other rules, forgetting."""

import datetime

import pytest

import tocsin
from conftest import RULES, refund

T0941 = datetime.datetime(2010, 12, 1, 9, 41, tzinfo=datetime.timezone.utc)
SECOND = datetime.timedelta(seconds=1)
HOUR = datetime.timedelta(hours=1)

ORDERS = """\
version: 1
events:
  order: {customer: string, state: string, amount: double}
metrics:
  spent: {event: order, aggregate: sum(amount), window: 24h, by: [customer]}
  state_of: {event: order, aggregate: last(state), by: [customer]}
  idle: {event: order, aggregate: time_since, by: [customer]}
rules:
  Big:
    event: order
    when: event.amount > 100
    by: [customer]
    annotations: {advice: "call {customer}"}
  Spent: {when: {critical: spent > 500, warning: spent > 50}}
"""


def order(customer, seconds, amount, state="new"):
    time = T0941 + seconds * SECOND
    return {"type": "order", "time": time, "customer": customer, "state": state, "amount": amount}


@pytest.fixture
def orders():
    engine = tocsin.Engine.from_yaml(ORDERS)
    assert engine.ingest_many([order("ann", 0, 20), order("bob", 1, 40, "paid"), order("cid", 2, 20)]) == 3
    return engine


def test_values_of_every_kind(orders):
    assert orders.value("state_of", customer="bob") == "paid"
    assert orders.value("idle", customer="bob") == SECOND
    assert orders.value("state_of", customer="dan") is None


def test_scan(orders):
    rows = orders.scan("spent")
    assert rows == [({"customer": "ann"}, 20.0), ({"customer": "bob"}, 40.0), ({"customer": "cid"}, 20.0)]
    row = orders.scan("idle")[1]
    assert row.keys == {"customer": "bob"} and row.value == SECOND
    with pytest.raises(tocsin.NotFoundError, match="'spent'"):
        orders.scan("spend")


def test_top(orders):
    assert [(row.keys["customer"], row.value) for row in orders.top("spent", 2)] == [("bob", 40), ("ann", 20)]
    assert len(orders.top("spent")) == 3
    assert orders.top("spent", 0) == []
    with pytest.raises(tocsin.ArgumentError, match="state_of"):
        orders.top("state_of")


def test_what_an_alert_says_besides(orders):
    orders.ingest(order("ann", 3, 200))
    orders.ingest(order("ann", 4, 400))
    changes = orders.poll_alerts()
    assert sorted((alert.rule, alert.change, alert.severity) for alert in changes) == [
        ("Big", "again", ""), ("Big", "firing", ""), ("Spent", "firing", "warning"), ("Spent", "severity", "critical"),
    ]
    big = next(alert for alert in changes if alert.change == "again")
    assert big.annotations == {"advice": "call ann"}
    assert big.reason == ""
    newest = big.evidence[0]
    assert newest.type == "order" and newest.id is None
    assert newest.time == T0941 + 4 * SECOND and newest.time_ns == orders.now_ns
    assert newest.attributes == {"customer": "ann", "state": "new", "amount": 400.0}
    spent = next(alert for alert in changes if alert.change == "severity")
    assert spent.because == spent.to_dict()["because"] and "spent = 620" in spent.because[0]


def test_statistics_of_groupings(orders):
    statistics = orders.statistics
    (customers,) = [grouping for grouping in statistics["groupings"] if grouping["keys"] == ["customer"]]
    assert customers["groups"] == 3 and customers["bytes"] > 0 and customers["skipped"] == 0
    assert statistics["held"] == 0 and statistics["ids"] == 0 and statistics["ids_forgotten"] == 0
    assert statistics["pane_bytes"] >= 0 and statistics["timers"] >= 0


PATTERNS = ORDERS + """\
patterns:
  unpaid: {sequence: [order, not order], within: 1h, by: [customer]}
  twice: {sequence: [order, {event: order, as: second, where: "state == 'paid'"}], within: 1m, by: [customer]}
sessions:
  visit: {event: order, gap: 10m, by: [customer]}
limits: {max_memory: 1GB}
"""


def test_statistics_of_what_is_made_of_events():
    engine = tocsin.Engine.from_yaml(PATTERNS)
    engine.ingest_many([order("ann", 0, 20), order("bob", 1, 40), order("bob", 2, 40, "paid")])
    before = engine.statistics
    # bob's second order ended one attempt and completed another; three wait for their hour, two for a second order.
    assert before["derived"] == 1 and before["attempts"] == 4 and before["attempts_unmatched"] == 1
    assert before["open_sessions"] == 2
    assert 0 < before["memory"] < 10_000
    engine.advance_to(T0941 + 2 * HOUR)
    after = engine.statistics
    assert after["derived"] == 5 and after["open_sessions"] == 0  # two sessions, two without another order
    (customers,) = [grouping for grouping in before["groupings"] if grouping["keys"] == ["customer"]]
    assert customers["derived_bytes"] > 4 * 32 and customers["series_bytes"] == 0


def test_an_engine_goes_on_from_a_snapshot(engine):
    engine.ingest(refund(T0941, 612.5))
    other = tocsin.Engine.from_yaml(RULES)
    other.restore(engine.snapshot())
    assert other.now == T0941 and other.value("refunds_24h", country="France") == 612.5
    for each in (engine, other):
        each.ingest(refund(T0941 + HOUR, 1))
        each.advance_to(T0941 + 48 * HOUR)
    expected = [alert.to_json() for alert in engine.poll_alerts()]
    assert len(expected) == 2
    assert [alert.to_json() for alert in other.poll_alerts()] == expected


def test_snapshots_that_are_refused_change_nothing(engine, orders):
    engine.ingest(refund(T0941, 612.5))
    snapshot = engine.snapshot()
    with pytest.raises(tocsin.ArgumentError, match="other rules"):
        orders.restore(snapshot)
    for damaged in (b"", b"nonsense", snapshot[:-1], snapshot[:100] + b"x" + snapshot[101:]):
        with pytest.raises(tocsin.ArgumentError, match="snapshot"):
            orders.restore(damaged)
    assert orders.value("spent", customer="bob") == 40


def test_reload(orders, tmp_path):
    orders.ingest(order("bob", 3, 20))
    assert [alert.rule for alert in orders.poll_alerts()] == ["Spent"]
    changed = ORDERS.replace("  Spent:", "  Plenty:").replace("spent > 50}", "spent > 30}")
    with pytest.raises(tocsin.ConfigError) as caught:
        orders.reload_yaml(changed.replace("spent > 30", "spend > 30"), name="new.yaml")
    assert caught.value.file == "new.yaml"
    with pytest.raises(tocsin.ConfigError, match="no/such"):
        orders.reload("no/such.yaml")
    assert orders.poll_alerts() == []

    path = tmp_path / "new.yaml"
    path.write_text(changed)
    orders.reload(path)
    said = [(alert.rule, alert.change, alert.reason) for alert in orders.poll_alerts()]
    assert said == [("Spent", "resolved", "rule_removed"), ("Plenty", "firing", "")]
    assert orders.value("spent", customer="bob") == 60
    assert orders.ingest(order("bob", 4, 1)) is None
    assert orders.value("spent", customer="bob") == 61
    assert orders.statistics["events"]["accepted"] == 5


def test_reload_reads_records_by_the_new_config(orders):
    orders.reload_yaml(ORDERS.replace("amount: double", "amount: {type: double, from: value}"))
    assert orders.ingest({**order("bob", 3, 0), "value": 5}) is None
    assert orders.value("spent", customer="bob") == 45


def test_forget_and_export(orders):
    orders.ingest(order("bob", 3, 20))
    orders.poll_alerts()
    exported = orders.export("customer", "bob")
    (group,) = exported["groups"]
    assert group["keys"] == {"customer": "bob"} and group["metrics"]["spent"] == 60
    assert group["alerts"] == ["Spent"]
    assert orders.forget("customer", "bob") == tocsin.Forgotten(groups=1, alerts=1)
    (alert,) = orders.poll_alerts()
    assert alert.change == "resolved" and alert.reason == "forgotten"
    assert [row.keys["customer"] for row in orders.scan("spent")] == ["ann", "cid"]
    assert orders.forget("customer", "bob").groups == 0
    for call in (orders.forget, orders.export):
        with pytest.raises(tocsin.NotFoundError, match="country"):
            call("country", "bob")
