"""The engine: events in, alert changes out."""

from __future__ import annotations

import datetime
import os
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Union

from . import _core, _records
from ._core import Alert, DeadLetter
from ._records import Record, TimeLike

#: How many dead letters wait to be polled unless something else is said.
MAX_DEAD_LETTERS = 10_000
_CHUNK = 512


class Refusal(NamedTuple):
    """Why a record was not taken."""

    #: In a word, as in dead letters and statistics: ``"bad_time"``.
    reason: str
    #: For a person.
    detail: str


class Engine:
    """A config at work.

        engine = tocsin.Engine("rules.yaml")
        engine.ingest({"type": "refund", "time": now, "value": 27.5, "attrs": {"country": "France"}})
        for alert in engine.poll_alerts():
            print(alert.rule, alert.change, alert.summary)

    It has no clock of its own: time is the events' time, and ``advance_to`` moves it when no events come.
    Alert changes wait, however many, until ``poll_alerts`` takes them. At most ``max_dead_letters`` dead letters wait;
    what comes when they are full is counted in ``statistics`` but not kept. Pending and cancelled changes wait only
    with ``pending=True``.

    Threads: any may call at any time; calls wait for each other, and let other Python threads run meanwhile.
    Raises ``ConfigError`` when the config cannot be read or has mistakes.
    """

    def __init__(
        self, path: Union[str, os.PathLike[str]], *, pending: bool = False, max_dead_letters: int = MAX_DEAD_LETTERS
    ) -> None:
        self._set_up(_core.Engine.from_file(os.fspath(path)), pending, max_dead_letters)

    @classmethod
    def from_yaml(
        cls, text: str, *, name: str = "config", pending: bool = False, max_dead_letters: int = MAX_DEAD_LETTERS
    ) -> Engine:
        """An engine from the text of a config; ``name`` stands for the file in messages."""
        engine = cls.__new__(cls)
        engine._set_up(_core.Engine.from_yaml(text, name), pending, max_dead_letters)
        return engine

    def _set_up(self, core: _core.Engine, pending: bool, max_dead_letters: int) -> None:
        core.want_pending(pending)
        core.keep_dead_letters(max_dead_letters)
        self._core = core

    def ingest(self, record: Record) -> Optional[Refusal]:
        """Takes one event, a mapping or the text of a JSON object. Returns None, or why it was not taken.

        A datetime with a time zone may stand wherever a time is expected. A bad record raises nothing, so that it
        never stops a stream; a value that no record can carry raises ``TypeError`` or ``ValueError``.
        """
        refused = self._core.ingest(_records.to_json(record))
        return None if refused is None else Refusal(*refused)

    def ingest_many(self, records: Iterable[Record]) -> int:
        """Takes one after the other. Returns how many were accepted; the others become dead letters."""
        accepted = 0
        chunk: List[bytes] = []
        try:
            for record in records:
                chunk.append(_records.to_json(record))
                if len(chunk) == _CHUNK:
                    full, chunk = chunk, []
                    accepted += self._core.ingest_many(tuple(full))
        finally:  # what came before a record that cannot be, or an interruption, stands
            accepted += self._core.ingest_many(tuple(chunk))
        return accepted

    def ingest_lines(self, text: Union[str, bytes]) -> int:
        """Takes a text with a JSON object in each line. Returns how many were accepted."""
        return self._core.ingest_lines(_records.to_json(text))

    def ingest_file(self, path: Union[str, os.PathLike[str]]) -> int:
        """Takes a file with a JSON object in each line, also a gzip one; ``"-"`` is standard input.

        Returns how many were accepted. Raises ``FileError`` when it cannot be read to its end; what came before stands.
        """
        return self._core.ingest_file(os.fspath(path))

    def advance_to(self, time: TimeLike) -> None:
        """Moves the clock to ``time`` and closes that instant: all that is due until then, and at it, is decided.

        ``time`` is a datetime with a time zone, an RFC 3339 text, or nanoseconds since 1970. Before the clock: no
        effect.
        """
        self._core.advance_to(_records.to_ns(time))

    @property
    def now(self) -> Optional[datetime.datetime]:
        """The clock, in UTC and rounded down to microseconds; None before the first event or ``advance_to``."""
        now = self._core.now()
        return None if now is None else _core.to_datetime(now)

    @property
    def now_ns(self) -> Optional[int]:
        """The clock in nanoseconds since 1970, exactly."""
        return self._core.now()

    def value(self, metric: str, /, **keys: object) -> Any:
        """The value of a metric for one group at the clock: ``engine.value("refunds_24h", country="France")``.

        A float for a metric that is a number; None when it has no value. Raises ``NotFoundError`` for an unknown
        metric, ``ArgumentError`` for keys that are not the metric's.
        """
        return self._core.value(metric, [(name, _records.to_key(value)) for name, value in keys.items()])

    def poll_alerts(self) -> List[Alert]:
        """Takes the alert changes that wait, in order."""
        return self._core.poll_alerts()

    def poll_dead_letters(self) -> List[DeadLetter]:
        """Takes the dead letters that wait, in order."""
        return self._core.poll_dead_letters()

    @property
    def statistics(self) -> Dict[str, Any]:
        """Counts since the start: ``events`` by what became of them, ``alert_changes``, ``groups``, ``firing`` and
        ``pending`` alerts, ``faults``, and ``skipped`` events by where they were not usable.
        """
        return self._core.statistics()
