"""Times of the demo: RFC 3339 in UTC, counted in milliseconds."""

import datetime


def to_ms(text):
    """Milliseconds since 1970; finer digits are cut off. None for what is not a time."""
    try:
        whole, _, fraction = text.rstrip("Z").partition(".")
        at = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
        return int(at.timestamp()) * 1000 + int((fraction + "000")[:3])
    except (AttributeError, TypeError, ValueError):
        return None


def time_of_day(ms):
    return datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc).strftime("%H:%M:%S")


def to_text(ms):
    text = datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{ms % 1000:03d}".rstrip("0") if ms % 1000 else "") + "Z"
