"""Python objects as JSON records. What a record means is decided in one place, by the library, as for the command."""

from __future__ import annotations

import datetime
import decimal
import json
from typing import Any, Mapping, Union

from . import _core
from ._errors import ArgumentError

Record = Union[Mapping[str, Any], str, bytes]
TimeLike = Union[datetime.datetime, str, int]

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)


def _utc(time: datetime.datetime) -> datetime.datetime:
    if time.tzinfo is None or time.utcoffset() is None:
        raise ArgumentError(f"{time!r} has no time zone, so it is not clear which instant it is: give it a tzinfo")
    return time.astimezone(datetime.timezone.utc)


def _plain(value: Any) -> Any:
    """What the JSON encoder makes of an object it does not know."""
    if isinstance(value, datetime.datetime):
        return _utc(value).isoformat()
    if isinstance(value, datetime.timedelta):
        return _span(value)
    if isinstance(value, decimal.Decimal):
        return _number(value)
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
        return value.item()  # a scalar of NumPy
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"an event cannot carry this {type(value).__name__}: {value!r}")


def _span(value: datetime.timedelta) -> str:
    milliseconds, rest = divmod(value, 1000 * _MICROSECOND)
    if rest:
        raise ArgumentError(f"{value!r} is not of whole milliseconds, as the durations of a record are")
    return f"{milliseconds}ms"


def _number(value: decimal.Decimal) -> float:
    number = float(value)
    if decimal.Decimal(repr(number)) != value:
        raise ArgumentError(f"Decimal('{value}') has more digits than a record's number can carry exactly")
    return number


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def to_json(record: Record) -> bytes:
    """One record as the library reads it. Text is taken as it is: what is wrong with it is told as a refusal."""
    if isinstance(record, bytes):
        return record
    if not isinstance(record, (str, Mapping)):
        raise TypeError(f"a record is a mapping, or the text of a JSON object, and not {record!r}")
    text = record if isinstance(record, str) else _encode(record if isinstance(record, dict) else dict(record))
    return text.encode("utf-8", "surrogatepass")


def to_ns(time: TimeLike) -> int:
    """Nanoseconds since 1970 of an aware datetime, an RFC 3339 text, or such a number itself."""
    if isinstance(time, str):
        return _core.parse_time(time)
    if isinstance(time, datetime.datetime):
        return (_utc(time) - _EPOCH) // _MICROSECOND * 1000 + int(getattr(time, "nanosecond", 0))
    return int(time)


def to_key(value: object) -> str:
    """A key's value as text; the library reads it as the key's declared type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return _utc(value).isoformat()
    return str(value)
