"""What the demo shows, in 98 columns: alerts as a table and a time line, what was planted beside them, a mail."""

import collections
import os
import sys
import textwrap

import crm_time

WIDTH = 98
COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}

# One alert from beginning to end; times in milliseconds, `resolved` is None while it fires.
Alert = collections.namedtuple("Alert", "rule group severity fired resolved summary change")


def colourful(stream):
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def paint(text, *names):
    if not colourful(sys.stdout):
        return text
    return "".join(f"\033[{COLOURS[name]}m" for name in names) + text + "\033[0m"


def drawable(text, plain):
    """`text`, or `plain` where the terminal cannot show it."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
        return text
    except UnicodeEncodeError:
        return plain


def heading(number, text):
    print()
    print(paint(f"{number}. {text}", "bold"))


def paragraph(text, indent="   "):
    print(textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False))


def command(arguments):
    """A command as one would type it, over several lines where it is long; an option stays beside its value."""
    words = []
    for argument in arguments:
        if words and words[-1].startswith("--") and " " not in words[-1] and not argument.startswith("--"):
            words[-1] += " " + argument
        else:
            words.append(argument)
    lines, line = [], "$"
    for word in words:
        if len(line) + len(word) > WIDTH - 8 and line != "$":
            lines.append(line + " \\")
            line = "     "
        line += " " + word
    for text in lines + [line]:
        print("   " + paint(text, "cyan"))


def table(headings, rows):
    """Columns as wide as they need be; a last one that is too long is cut."""
    widths = [max(len(row[n]) for row in [headings] + rows) for n in range(len(headings))]

    def show(row):
        line = "   " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
        return line if len(line) <= WIDTH else line[:WIDTH - 3] + "..."

    print(paint(show(headings), "dim"))
    for row in rows:
        print(show(row))


def group_text(group):
    """A tenant's customers and products are named after it, which need not be said twice."""
    return ", ".join(value.removeprefix(group.get("tenant", "") + "-") for value in group.values())


def clock(ms):
    return crm_time.time_of_day(ms)[:5]


# Alerts -----------------------------------------------------------------------------------------------------

def pair(changes, group_names):
    """Alert changes, in order, as alerts with a beginning and an end."""
    open_alerts, alerts = {}, []
    for change in changes:
        group = {name: change["labels"][name] for name in group_names if name in change["labels"]}
        key = (change["rule"], tuple(group.items()))
        if change["change"] == "firing":
            open_alerts[key] = len(alerts)
            alerts.append(Alert(change["rule"], group, change.get("severity", ""),
                                crm_time.to_ms(change["fired_at"]), None, change.get("summary", ""), change))
        elif change["change"] == "resolved":
            index = open_alerts.pop(key)
            alerts[index] = alerts[index]._replace(resolved=crm_time.to_ms(change["resolved_at"]))
    return alerts


def alert_table(alerts):
    rows = [(clock(alert.fired), clock(alert.resolved) if alert.resolved else "-", alert.severity, alert.rule,
             alert.summary) for alert in alerts]
    table(("FIRED", "ENDED", "SEVERITY", "RULE", "WHAT IT SAID"), rows)


def time_line(busy, day, incidents, alerts):
    """The day from left to right: how busy it was, when something was planted, when it rang."""
    columns, indent = len(busy), 42
    per_column = 86_400_000 // columns
    bars = drawable(" ▁▂▃▄▅▆▇█", " ..::||##")
    ringing, planted = drawable("█", "#"), drawable("░", "-")
    top = max(busy) or 1
    hours = "".join(f"{hour:02d}".ljust(columns // 8) for hour in range(0, 24, 3)).rstrip()
    print(" " * indent + paint(hours, "dim"))
    print("   " + "visits".ljust(indent - 3) + paint("".join(bars[1 + 7 * count // top] for count in busy), "dim"))

    spans = [(item["rule"], item["group"], crm_time.to_ms(item["from"]), crm_time.to_ms(item["to"]), planted)
             for item in incidents]
    spans += [(alert.rule, alert.group, alert.fired, alert.resolved or day + 86_399_999, ringing) for alert in alerts]
    rows = {}
    for rule, group, begin, end, mark in spans:
        cells = rows.setdefault((rule, group_text(group)), [" "] * columns)
        for column in range((begin - day) // per_column, min((end - day) // per_column, columns - 1) + 1):
            cells[column] = mark
    marks = {planted: paint(planted, "yellow"), ringing: paint(ringing, "red")}
    for (rule, group), cells in rows.items():
        line = "".join(marks.get(cell, cell) for cell in cells).rstrip()
        print("   " + f"{rule:<15}  {group}".ljust(indent - 3) + line)
    print(" " * indent + paint(f"{planted} something was planted   {ringing} the alert fired", "dim"))


# The comparison ---------------------------------------------------------------------------------------------

def compare(planted, alerts):
    """(incident, its alerts) for each planted incident, (near miss, its alerts), and the alerts that nobody planted."""
    def belongs(item, alert):
        return (item["rule"] == alert.rule and item["group"] == alert.group and
                crm_time.to_ms(item["from"]) <= alert.fired <= crm_time.to_ms(item["to"]))

    found = [(item, [alert for alert in alerts if belongs(item, alert)]) for item in planted["incidents"]]
    misses = [(item, [alert for alert in alerts if belongs(item, alert)]) for item in planted["near_misses"]]
    explained = [alert for _, its in found + misses for alert in its]
    return found, misses, [alert for alert in alerts if alert not in explained]


def verdict(word, good, item, remark):
    what = f"{clock(crm_time.to_ms(item['from']))}-{clock(crm_time.to_ms(item['to']))}"
    where = group_text(item["group"])
    text = f"{item['rule']:<15}  {where:<19}  {what}  {item['what']}{remark}"
    print("   " + paint(f"{word:<6}", "green" if good else "red") + "  " + text)


def comparison(found, misses, unexpected):
    """Prints what was found, what was missed and what was not planted. True when all is as it should be."""
    for item, its in found:
        if len(its) == 1:
            minutes = (its[0].fired - crm_time.to_ms(item["from"])) / 60_000
            verdict("found", True, item, f"; after {minutes:.0f} min")
        else:
            verdict("missed" if not its else "again", False, item, f"; rang {len(its)} times")
    for item, its in misses:
        verdict("rang" if its else "quiet", not its, item, "")
    for alert in unexpected:
        print("   " + paint("nobody planted", "red") +
              f" {alert.rule}, {group_text(alert.group)}, at {clock(alert.fired)}")
    return all(len(its) == 1 for _, its in found) and not any(its for _, its in misses) and not unexpected


def refused(letters, planted):
    """Prints the dead letters beside the damaged lines. True when they are the same."""
    expected = {item["line"]: item for item in planted["damaged"]}
    rows, good = [], len(letters) == len(expected)
    for letter in letters:
        item = expected.get(letter["line"])
        if item is None or item["reason"] != letter["reason"]:
            good = False
        rows.append((f"{letter['line']:,}", letter["reason"], item["what"] if item else "nobody damaged it",
                     letter.get("detail", "")))
    table(("LINE", "REASON", "WHAT WAS DONE TO IT", "WHAT TOCSIN SAID"), rows)
    return good


# The mail ---------------------------------------------------------------------------------------------------

def mail(message):
    """Headers and decoded text of an email.message.EmailMessage, in a box."""
    corner = drawable("┌─│└", "+-|+")
    line = lambda text="": print("   " + paint(corner[2], "dim") + (" " + text if text else ""))
    print("   " + paint(corner[0] + corner[1] * (WIDTH - 4), "dim"))
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        for text in textwrap.wrap(f"{name}: {message[name]}", WIDTH - 6, subsequent_indent="  ",
                                  break_on_hyphens=False):
            line(paint(name + ":", "dim") + text[len(name) + 1:] if text.startswith(name + ":") else text)
    line()
    for text in message.get_body(("plain",)).get_content().rstrip().splitlines():
        for part in textwrap.wrap(text, WIDTH - 6, subsequent_indent="    ", drop_whitespace=False) or [""]:
            line(part.rstrip())
    print("   " + paint(corner[3] + corner[1] * (WIDTH - 4), "dim"))
