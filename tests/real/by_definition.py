"""What the definitions say, computed apart from the engine: slowly, from scratch, in integers (seconds, thousandths).
It knows nothing of panes, timers or states."""
import bisect
import calendar
import itertools
import re
import time

HOUR, DAY = 3600, 24 * 3600
UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": HOUR * 10**9, "d": DAY * 10**9}


def seconds(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def text(instant):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(instant))


def thousandths(number):
    return round(number * 1000)


def nanoseconds(duration):
    """Of a duration such as 1d2h500ms."""
    assert re.fullmatch(r"(\d+(ns|us|ms|s|m|h|d))+", duration), duration
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)(ns|us|ms|s|m|h|d)", duration))


class History:
    """Events in order of time, each with an integer; and what holds of those in (t - width, t]."""

    def __init__(self, events):
        self.times = [at for at, _ in events]
        self.values = [value for _, value in events]
        self.sums = [0, *itertools.accumulate(self.values)]

    def within(self, t, width):
        """The slice of the events in (t - width, t]."""
        return bisect.bisect_right(self.times, t - width), bisect.bisect_right(self.times, t)

    def count(self, t, width):
        first, end = self.within(t, width)
        return end - first

    def sum(self, t, width):
        first, end = self.within(t, width)
        return self.sums[end] - self.sums[first]

    def min(self, t, width):
        first, end = self.within(t, width)
        return min(self.values[first:end], default=None)

    def max(self, t, width):
        first, end = self.within(t, width)
        return max(self.values[first:end], default=None)


class Machine:
    """The instants at which an alert fires and resolves. A truth acts at once, a falsehood when its instant is closed;
    with `hold` the alert fires when the truth has held for so long, and that instant is closed too."""

    def __init__(self, hold=0):
        self.hold = hold
        self.active_at = self.fired_at = None
        self.found = []  # (time, "firing" or "resolved", active_at, fired_at)

    def see(self, t, truth, closed):
        """The condition is `truth` at `t`. Between calls it stays as it is."""
        self.pass_deadline(before=t)
        if truth:
            if self.active_at is None:
                self.active_at = t
            if self.hold == 0:
                self.fire(t)
        elif closed:
            if self.fired_at is not None:
                self.found.append((t, "resolved", self.active_at, self.fired_at))
            self.active_at = self.fired_at = None

    def end(self, t):
        """The instant `t` is closed, and nothing comes after it."""
        self.pass_deadline(before=t + 1)
        return self.found

    def pass_deadline(self, before):
        if self.active_at is not None and self.active_at + self.hold < before:
            self.fire(self.active_at + self.hold)

    def fire(self, t):
        if self.fired_at is None:
            self.fired_at = t
            self.found.append((t, "firing", self.active_at, t))


def changes_of(events, condition, end, leaves=(), ticks=(), hold=0):
    """The changes of one rule for one group. `events`: those of the group that its metrics see, in order, each with its
    time first. `condition(applied, t)`: its truth when the first `applied` of them have been applied and it is `t`.
    `leaves`: the lengths of the windows, and `ticks` further instants, at which time alone may change it."""
    instants = {event[0] for event in events} | set(ticks)
    instants |= {event[0] + width for event in events for width in leaves}
    machine = Machine(hold)
    applied = 0
    for t in sorted(instant for instant in instants if instant <= end):
        while applied < len(events) and events[applied][0] == t:
            applied += 1
            machine.see(t, condition(applied, t), closed=False)
        machine.see(t, condition(applied, t), closed=True)
    return machine.end(end)
