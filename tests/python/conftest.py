import json

import pytest

import tocsin

RULES = """\
version: 1
ingest: {allowed_lateness: 1h}
events:
  refund:
    customer: string
    country: {type: string, from: attrs.country}
    amount: {type: decimal(3), from: value}
metrics:
  refunds_24h: {event: refund, aggregate: sum(amount), window: 24h, by: [country], resolution: exact}
  mean_refund: {event: refund, aggregate: mean(amount), window: 1h}
rules:
  RefundSpike:
    when: refunds_24h > 500
    for: 1h
    severity: critical
    labels: {department: finance}
    summary: "Refunds of {refunds_24h:.2f} in {country}"
"""


def refund(time, value, country="France"):
    return {"type": "refund", "time": time, "value": value, "attrs": {"country": country}}


@pytest.fixture
def engine():
    return tocsin.Engine.from_yaml(RULES, name="rules.yaml")


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


@pytest.fixture
def write_lines(tmp_path):
    def write(records, name="events.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        return path

    return write
