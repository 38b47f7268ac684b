"""The demo finds what was planted and nothing else, at the instants that a brute-force computation finds too."""

import os
import subprocess
import sys

import pytest

import crm_time
import mail_server
import report
import run

COMMAND = os.environ.get("TOCSIN_COMMAND")
needs_command = pytest.mark.skipif(not COMMAND, reason="TOCSIN_COMMAND does not name the tocsin command")


def replay(day, directory):
    """The changes of alerts and the dead letters of a day."""
    alerts, refused = str(directory / "alerts.jsonl"), str(directory / "refused.jsonl")
    subprocess.run([COMMAND, "replay", "--rules", run.RULES, str(day.directory / "events.jsonl"), "--alerts", alerts,
                    "--dead-letters", refused], check=True, stderr=subprocess.PIPE)
    return run.read_lines(alerts), run.read_lines(refused)


@needs_command
@pytest.mark.parametrize("seed", [7, 1, 2026])
def test_exactly_what_was_planted(day_of, tmp_path, seed):
    day = day_of(seed)
    changes, letters = replay(day, tmp_path)

    found, misses, unexpected = report.compare(day.planted, report.pair(changes, run.GROUP_NAMES))
    assert [len(its) for _, its in found] == [1] * len(day.planted["incidents"])
    assert [its for _, its in misses if its] == [] and unexpected == []

    expected = [(a.rule, a.group, a.active_at, a.fired_at, a.resolved_at) for a in day.alerts]
    actual = [(a.rule, a.group, crm_time.to_ms(a.change["active_at"]), a.fired, a.resolved)
              for a in report.pair(changes, run.GROUP_NAMES)]
    assert actual == expected

    assert [(letter["line"], letter["reason"]) for letter in letters] == [
        (item["line"], item["reason"]) for item in day.planted["damaged"]]


@needs_command
def test_values_and_summary_are_those_of_the_window(day_of, tmp_path):
    changes, _ = replay(day_of(7), tmp_path)
    spike = next(c for c in changes if c["rule"] == "RefundSpike" and c["change"] == "firing")
    at, tenant = crm_time.to_ms(spike["time"]), spike["labels"]["tenant"]
    amounts = [record["amount"] for time, record in day_of(7).accepted
               if record["type"] == "refund" and record["tenant"] == tenant and at - 3_600_000 < time <= at]
    cents = sum(round(amount * 100) for amount in amounts)
    assert spike["values"]["refund_count_1h"] == len(amounts)
    assert round(spike["values"]["refunds_1h"] * 100) == cents
    assert spike["summary"] == f"{len(amounts)} refunds, worth {cents / 100:.2f}, in an hour at {tenant}"


@needs_command
@pytest.mark.skipif(mail_server.Controller is None, reason="aiosmtpd is not installed")
def test_the_whole_demo(tmp_path):
    work = tmp_path / "work"
    done = subprocess.run([sys.executable, os.path.join(run.HERE, "run.py"), "--tocsin", COMMAND, "--work", str(work)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", check=False, timeout=120,
                          env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("   found   ") == 7 and done.stdout.count("   quiet   ") == 14
    assert "Subject: [FIRING]" in done.stdout and "and the mail arrived" in done.stdout
    assert "\033" not in done.stdout
    assert [line for line in done.stdout.splitlines() if len(line) > 100] == []
    assert sorted(path.name for path in work.iterdir() if path.suffix == ".pem") == []


@needs_command
def test_a_missed_incident_is_noticed(tmp_path, monkeypatch):
    """With a threshold that nothing reaches the demo must say so, and end with status 1."""
    text = open(run.RULES, encoding="utf-8").read()
    deaf = tmp_path / "deaf.yaml"
    deaf.write_text(text.replace("refunds_1h > 2000", "refunds_1h > 2000000"), encoding="utf-8")
    assert deaf.read_text(encoding="utf-8") != text
    monkeypatch.setattr(run, "RULES", str(deaf))
    monkeypatch.setattr(sys, "argv", ["run.py", "--tocsin", COMMAND, "--work", str(tmp_path), "--no-mail"])
    assert run.main() == 1


def alert(rule, group, fired):
    return report.Alert(rule, group, "", crm_time.to_ms(fired), None, "", {})


@pytest.mark.parametrize("alerts, found, rang, unexpected", [
    ([], 0, 0, 0),
    ([alert("R", {"t": "a"}, "2026-03-02T10:30:00Z")], 1, 0, 0),
    ([alert("R", {"t": "a"}, "2026-03-02T10:30:00Z"), alert("R", {"t": "a"}, "2026-03-02T10:40:00Z")], 2, 0, 0),
    ([alert("R", {"t": "a"}, "2026-03-02T11:30:00Z")], 0, 0, 1),   # too late
    ([alert("R", {"t": "b"}, "2026-03-02T10:30:00Z")], 0, 1, 0),   # the near miss
    ([alert("Q", {"t": "a"}, "2026-03-02T10:30:00Z")], 0, 0, 1),   # another rule
])
def test_comparison(alerts, found, rang, unexpected):
    item = {"rule": "R", "group": {"t": "a"}, "from": "2026-03-02T10:00:00Z", "to": "2026-03-02T11:00:00Z", "what": ""}
    planted = {"incidents": [item], "near_misses": [{**item, "group": {"t": "b"}}]}
    its, misses, others = report.compare(planted, alerts)
    assert (len(its[0][1]), len(misses[0][1]), len(others)) == (found, rang, unexpected)


@pytest.mark.skipif("TOCSIN_EXAMPLE_EMBED" not in os.environ, reason="TOCSIN_EXAMPLE_EMBED does not name the example")
def test_embedding_example_prints_what_it_promises():
    folder = os.path.join(os.path.dirname(run.HERE), "embed")
    done = subprocess.run([os.environ["TOCSIN_EXAMPLE_EMBED"], os.path.join(folder, "rules.yaml")], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8")
    with open(os.path.join(folder, "expected.txt"), encoding="utf-8") as file:
        assert done.stdout == file.read()
