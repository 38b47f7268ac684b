#!/usr/bin/env python3
"""The demo: makes a day of a CRM platform, watches it, and shows what rang, what did not, and a mail.

    run.py --tocsin build/tocsin [--work DIR] [--seed 7]

Exit status: 0 when exactly what was planted was found, 1 otherwise, 3 when something could not be run.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import crm_time  # noqa: E402
import generate  # noqa: E402
import mail_server  # noqa: E402
import report  # noqa: E402

RULES = os.path.join(HERE, "rules.yaml")
GROUP_NAMES = ("tenant", "department", "method", "customer", "product")
EMAIL_SERVER = 'server: "env:TOCSIN_SMTP"\n'


class Failed(Exception):
    """Something could not be run; the message is for the person at the terminal."""


def shown(path):
    """A path as one would type it from here."""
    relative = os.path.relpath(path)
    return relative if not relative.startswith(os.path.join("..", "..")) else path


def tocsin(program, arguments, shown_prefix=(), environment=None):
    """Runs the command, shows it and what it says."""
    report.command(list(shown_prefix) + ["tocsin"] + [shown(a) if os.path.isabs(a) else a for a in arguments])
    begin = time.monotonic()
    try:
        done = subprocess.run([program] + arguments, env={**os.environ, **(environment or {})}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    except OSError as error:
        raise Failed(f"cannot run {program}: {error.strerror}") from error
    for line in (done.stdout + done.stderr).splitlines():
        print("   " + report.paint(line, "dim"))
    if done.returncode != 0:
        raise Failed(f"tocsin ended with status {done.returncode}")
    return time.monotonic() - begin


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def make_day(work, seed):
    report.heading(1, "A day is made")
    begin = time.monotonic()
    planted = generate.write(work, seed)
    size = os.path.getsize(os.path.join(work, "events.jsonl"))
    report.paragraph(
        f"{planted['events']:,} events ({size / 1e6:.0f} MB of JSON) of three tenants, {', '.join(generate.TENANTS)}, "
        f"on {planted['day']}: visits, purchases, payments, refunds, reviews, tickets, stock, sales. Planted in them: "
        f"{len(planted['incidents'])} incidents that must ring, {len(planted['near_misses'])} near misses that must "
        f"not, {len(planted['damaged'])} damaged lines. Seed {seed}, {time.monotonic() - begin:.1f} s.")
    return planted


def replay(program, work):
    report.heading(2, "It is replayed through the rules")
    alerts, refused = os.path.join(work, "alerts.jsonl"), os.path.join(work, "refused.jsonl")
    seconds = tocsin(program, ["replay", "--rules", RULES, os.path.join(work, "events.jsonl"), "--alerts", alerts,
                               "--dead-letters", refused])
    report.paragraph(f"{seconds:.1f} s for the whole day.")
    return report.pair(read_lines(alerts), GROUP_NAMES), read_lines(refused)


def visits_by_column(path, day, columns=56):
    busy = [0] * columns
    with open(path, "rb") as file:
        for line in file:
            if line.startswith(b'{"type":"visit"'):
                at = crm_time.to_ms(line.split(b'"time":"', 1)[-1].split(b'"', 1)[0].decode("ascii", "replace"))
                if at is not None and day <= at < day + 86_400_000:
                    busy[(at - day) * columns // 86_400_000] += 1
    return busy


def show_alerts(work, planted, alerts):
    report.heading(3, "What rang")
    report.alert_table(alerts)
    print()
    day = crm_time.to_ms(planted["day"] + "T00:00:00Z")
    report.time_line(visits_by_column(os.path.join(work, "events.jsonl"), day), day, planted["incidents"], alerts)


def compare(planted, alerts, letters):
    report.heading(4, "What was planted, and what came of it")
    good = report.comparison(*report.compare(planted, alerts))
    print()
    report.paragraph(f"{len(letters)} of {len(planted['damaged'])} damaged lines were refused, each by itself; what "
                     "came after was not disturbed:")
    return report.refused(letters, planted) and good


def slice_of(events, tenant, begin, end, out):
    """One tenant's events of a part of the day."""
    with open(events, "rb") as source, open(out, "wb") as target:
        for line in source:
            try:
                record = json.loads(line)
                at = crm_time.to_ms(record["time"])
                if record["tenant"] == tenant and begin < at <= end:
                    target.write(line)
            except (ValueError, KeyError, TypeError):
                continue


def rules_that_trust(certificate, out):
    """The same rules; the receiver trusts the mail server's throw-away certificate."""
    with open(RULES, encoding="utf-8") as file:
        text = file.read()
    if EMAIL_SERVER not in text:
        raise Failed("rules.yaml has no email receiver with " + EMAIL_SERVER.strip())
    indent = text[:text.index(EMAIL_SERVER)].rsplit("\n", 1)[-1]
    with open(out, "w", encoding="utf-8") as file:
        file.write(text.replace(EMAIL_SERVER, f"{EMAIL_SERVER}{indent}ca_file: {json.dumps(certificate)}\n"))


def send_mail(program, work, alert):
    report.heading(5, "One of them as a mail")
    with mail_server.MailServer(work) as server:
        report.paragraph("A mail server starts on this machine, with a certificate made for it just now. The hour that "
                         f"led to {alert.rule} at {alert.group['tenant']} is replayed once more, and this time the "
                         "receiver of the route is told:")
        part, rules = os.path.join(work, "hour.jsonl"), os.path.join(work, "rules-mail.yaml")
        active = crm_time.to_ms(alert.change["active_at"])
        slice_of(os.path.join(work, "events.jsonl"), alert.group["tenant"], active - 3_600_000, alert.fired, part)
        rules_that_trust(os.path.abspath(server.certificate), rules)
        tocsin(program, ["replay", "--rules", rules, part, "--until", alert.change["fired_at"], "--alerts",
                         os.path.join(work, "hour-alerts.jsonl"), "--notify"],
               [f"TOCSIN_SMTP={server.shown_url}"], {"TOCSIN_SMTP": server.url})
        print()
        for message in server.messages:
            report.mail(message)
        if len(server.messages) != 1:
            print(f"   {len(server.messages)} mails came; one was expected")
        return len(server.messages) == 1 and server.all_encrypted


def demo(arguments, work):
    print(report.paint("Tocsin watches what customers do, and rings when something needs a person.", "bold"))
    planted = make_day(work, arguments.seed)
    alerts, letters = replay(arguments.tocsin, work)
    show_alerts(work, planted, alerts)
    good = compare(planted, alerts, letters)
    spikes = [alert for alert in alerts if alert.rule == "RefundSpike"] or alerts
    if spikes and not arguments.no_mail:
        good = send_mail(arguments.tocsin, work, spikes[0]) and good
    print()
    if good:
        print(report.paint("All that was planted was found, nothing else rang" +
                           ("." if arguments.no_mail else ", and the mail arrived."), "green", "bold"))
        where = f"The events and alerts are in {shown(work)}. " if arguments.work else ""
        report.paragraph(f"{where}The rules are in {shown(RULES)}: change a threshold and look again.", indent="")
    else:
        print(report.paint("This is not what was planted: see the lines above that do not say found or quiet.", "red",
                           "bold"))
    return 0 if good else 1


def main():
    parser = argparse.ArgumentParser(description="A day of a CRM platform: made, watched, and what came of it.")
    parser.add_argument("--tocsin", required=True, metavar="PROGRAM", help="the tocsin command")
    parser.add_argument("--work", metavar="DIR", help="where the files go; without it they are removed at the end")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another day (default: 7)")
    parser.add_argument("--no-mail", action="store_true", help="leave the mail out")
    arguments = parser.parse_args()
    arguments.tocsin = os.path.abspath(arguments.tocsin)
    with contextlib.ExitStack() as stack:
        work = arguments.work or stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-demo-"))
        os.makedirs(work, exist_ok=True)
        try:
            return demo(arguments, os.path.abspath(work))
        except BrokenPipeError:  # whoever read what is printed has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 3
        except (Failed, RuntimeError, OSError, subprocess.CalledProcessError) as error:
            sys.stdout.flush()
            print(f"demo: {error}", file=sys.stderr)
            return 3


if __name__ == "__main__":
    sys.exit(main())
