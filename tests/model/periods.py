"""The hours, days, weeks and months of a zone, found by looking at its clocks every quarter of an hour (3.3)."""

import bisect
import datetime
import functools
import zoneinfo

from expression import SECOND

_STEP = 900
_BLOCK = 64 * 86400  # seconds; each is looked at with a margin, so that a month fits


def start(calendar, time):
    """When the period began that holds `time`."""
    starts = _starts(calendar["unit"], calendar["zone"], time // SECOND // _BLOCK)
    return starts[bisect.bisect_right(starts, time) - 1]


def next_start(calendar, time):
    starts = _starts(calendar["unit"], calendar["zone"], time // SECOND // _BLOCK)
    return starts[bisect.bisect_right(starts, time)]


@functools.lru_cache(maxsize=None)
def _starts(unit, zone, block):
    """A period begins at the first instant at which the clocks show it or something later."""
    zone, most, found = zoneinfo.ZoneInfo(zone), None, []
    for second in range(block * _BLOCK - 45 * 86400, (block + 1) * _BLOCK + 75 * 86400, _STEP):
        shown = _shown(unit, datetime.datetime.fromtimestamp(second, zone))
        if most is None or shown > most:
            found.append(second * SECOND)
            most = shown
    return found[1:]  # where the first began is not known


def _shown(unit, at):
    if unit == "hour":
        return (at.toordinal(), at.hour)
    if unit == "day":
        return at.toordinal()
    if unit == "week":
        return (at.toordinal() - 1) // 7  # day 1 was a Monday
    return (at.year, at.month)
