"""The demo's day: the same bytes for the same seed, and nothing in it but what was planted."""

import hashlib
import json
import math

import pytest

import brute_force
import generate
import report

SEEDS = [7, 1, 2026]


def digests(directory):
    return [hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in ("events.jsonl", "incidents.json")]


def test_same_seed_same_bytes_other_seed_other_bytes(day_of, tmp_path):
    first = digests(day_of(7).directory)
    generate.write(str(tmp_path), 7)
    assert digests(tmp_path) == first
    other = digests(day_of(1).directory)
    assert other[0] != first[0] and other[1] != first[1]


def test_bytes_are_the_same_on_every_machine(day_of):
    """Fixed here, so that a Python or C library that computes otherwise is noticed. A changed generator changes it."""
    assert digests(day_of(7).directory)[0] == (
        "ba2d98717b43063e179208bd9a4e5613a9ef4977b376e3c80883826bb84becd7")


@pytest.mark.parametrize("x", [1e-12, 1e-3, 0.5, 0.7071067811865475, 1.0, 1.5, 2.0, 12345.678, 1e9])
def test_log_is_the_logarithm(x):
    assert math.isclose(generate.log(x), math.log(x), rel_tol=1e-14, abs_tol=1e-15)


@pytest.mark.parametrize("x", [-20.0, -1.0, -0.3, 0.0, 0.3, 1.0, 5.5, 20.0])
def test_exp_is_the_exponential(x):
    assert math.isclose(generate.exp(x), math.exp(x), rel_tol=1e-13)


def test_size_order_and_types(day_of):
    planted, accepted = day_of(7).planted, day_of(7).accepted
    assert 60_000 <= planted["events"] <= 100_000
    assert len(accepted) == planted["events"]
    assert all(before[0] <= after[0] for before, after in zip(accepted, accepted[1:]))
    assert {record["type"] for _, record in accepted} == brute_force.TYPES
    assert {record["tenant"] for _, record in accepted} == {"acme", "globex", "initech"}
    assert len({record["id"] for _, record in accepted}) == len(accepted)


@pytest.mark.parametrize("seed", SEEDS)
def test_damaged_lines_are_the_listed_ones(day_of, seed):
    damaged = day_of(seed).planted["damaged"]
    assert day_of(seed).refused == [item["line"] for item in damaged]
    assert len({item["reason"] for item in damaged}) == len(damaged) == 10


def test_visits_have_two_peaks(day_of):
    hours = [0] * 24
    for at, record in day_of(7).accepted:
        if record["type"] == "visit":
            hours[at // 3_600_000 % 24] += 1
    assert max(hours[10:13]) > 1.2 * min(hours[13:17]) < max(hours[18:21])
    assert max(hours[2:5]) * 10 < max(hours)


def test_incidents_are_at_different_tenants_and_hours(day_of):
    planted = day_of(7).planted
    rules = {rule.name for rule in brute_force.RULES}
    assert {item["rule"] for item in planted["incidents"]} == rules
    assert len({item["from"][11:13] for item in planted["incidents"]}) == len(planted["incidents"])
    assert {item["group"]["tenant"] for item in planted["incidents"]} == {"acme", "globex", "initech"}
    assert {item["rule"] for item in planted["near_misses"]} == rules


@pytest.mark.parametrize("seed", SEEDS)
def test_by_brute_force_exactly_the_incidents_ring(day_of, seed):
    day = day_of(seed)
    alerts = [report.Alert(a.rule, a.group, "", a.fired_at, a.resolved_at, "", {}) for a in day.alerts]
    found, misses, unexpected = report.compare(day.planted, alerts)
    assert [len(its) for _, its in found] == [1] * len(day.planted["incidents"])
    assert not any(its for _, its in misses) and not unexpected


def test_file_of_incidents_is_what_write_returns(day_of):
    assert json.loads((day_of(7).directory / "incidents.json").read_text(encoding="utf-8")) == day_of(7).planted
