"""The engine: events in, alert changes out."""

from __future__ import annotations

import datetime
import json
import os
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Union

from . import _core, _records
from ._core import Alert, DeadLetter
from ._functions import Functions, to_core
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


class Evidence(NamedTuple):
    """One of the last events behind an alert."""

    type: str
    id: Optional[str]
    #: In UTC, rounded down to microseconds; ``time_ns`` is exact.
    time: datetime.datetime
    time_ns: int
    #: Those that it had, by name.
    attributes: Dict[str, Any]


class Row(NamedTuple):
    """The value of a metric for one group."""

    #: The group: ``{"country": "France"}``.
    keys: Dict[str, Any]
    value: Any


class Forgotten(NamedTuple):
    """How much was forgotten."""

    groups: int
    alerts: int


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

    ``functions`` are the host's own, which conditions call by name; their annotations say their types:

        def risky(refunds: float, country: str) -> bool: ...

        engine = tocsin.Engine("rules.yaml", functions={"risky": risky})      # when: host.risky(refunds_24h, country)

    They must be pure, and may not call the engine that calls them. None is no data; what one raises is a fault of the
    condition and goes to ``sys.unraisablehook``. ``tocsin.Function`` says more of one: its version.

    Threads: any may call at any time; calls wait for each other, and let other Python threads run meanwhile.
    Raises ``ConfigError`` when the config cannot be read or has mistakes.
    """

    def __init__(
        self,
        path: Union[str, os.PathLike[str]],
        *,
        pending: bool = False,
        max_dead_letters: int = MAX_DEAD_LETTERS,
        functions: Optional[Functions] = None,
    ) -> None:
        self._set_up(_core.Engine.from_file(os.fspath(path), to_core(functions)), pending, max_dead_letters)

    @classmethod
    def from_yaml(
        cls,
        text: str,
        *,
        name: str = "config",
        pending: bool = False,
        max_dead_letters: int = MAX_DEAD_LETTERS,
        functions: Optional[Functions] = None,
    ) -> Engine:
        """An engine from the text of a config; ``name`` stands for the file in messages."""
        engine = cls.__new__(cls)
        engine._set_up(_core.Engine.from_yaml(text, name, to_core(functions)), pending, max_dead_letters)
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

    def finish(self) -> None:
        """No more events are to come: those held to be put in order are applied, and the last instant is closed."""
        self._core.finish()

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

        A float for a metric that is a number, else a str, bool, datetime or timedelta; None when it has no value.
        Raises ``NotFoundError`` for an unknown metric, ``ArgumentError`` for keys that are not the metric's.
        """
        return self._core.value(metric, [(name, _records.to_key(value)) for name, value in keys.items()])

    def scan(self, metric: str) -> List[Row]:
        """The values of a metric for every group that has been seen, ordered by key."""
        return [Row(*row) for row in self._core.scan(metric)]

    def top(self, metric: str, count: int = 10) -> List[Row]:
        """The groups with the largest values of a metric, largest first; those without a value are left out.

        Raises ``ArgumentError`` for a metric whose values have no order: texts and truth values.
        """
        return [Row(*row) for row in self._core.top(metric, count)]

    def snapshot(self) -> bytes:
        """Everything that the engine's future depends on, for engines of the same config on a machine of this kind.

        What waits to be polled is no part of it: poll first.
        """
        return self._core.snapshot()

    def restore(self, snapshot: bytes) -> None:
        """Replaces the state by that of a snapshot, and goes on as the engine that it was taken of would have.

        What waits to be polled stays. Raises ``ArgumentError``, and changes nothing, for bytes that are damaged or of
        an engine with another config.
        """
        self._core.restore(bytes(snapshot))

    def reload(self, path: Union[str, os.PathLike[str]]) -> None:
        """Goes on under another config: metrics of unchanged definition keep what they hold, alerts of rules with the
        same name, labels and grouping live on, those of others end with reason ``"rule_removed"``.

        Raises ``ConfigError``, and changes nothing, when the config cannot be read or has mistakes.
        """
        self._core.reload_file(os.fspath(path))

    def reload_yaml(self, text: str, *, name: str = "config") -> None:
        """As ``reload``, from the text of a config."""
        self._core.reload_yaml(text, name)

    def forget(self, key: str, value: object) -> Forgotten:
        """Forgets everybody who has this value of a key: ``engine.forget("customer", "c17")``.

        Their groups go, and their alerts end with reason ``"forgotten"``. Raises ``NotFoundError`` when nothing is
        grouped by the key.
        """
        return Forgotten(*self._core.forget(key, _records.to_key(value)))

    def export(self, key: str, value: object) -> Dict[str, Any]:
        """All that ``forget`` would remove: groups with the values of their metrics, and alerts."""
        exported: Dict[str, Any] = json.loads(self._core.export(key, _records.to_key(value)))
        return exported

    def poll_alerts(self) -> List[Alert]:
        """Takes the alert changes that wait, in order."""
        return self._core.poll_alerts()

    def poll_dead_letters(self) -> List[DeadLetter]:
        """Takes the dead letters that wait, in order."""
        return self._core.poll_dead_letters()

    @property
    def statistics(self) -> Dict[str, Any]:
        """Counts since the start: ``events`` by what became of them, ``alert_changes``, ``faults``, and ``skipped``
        events by where they were not usable; events ``derived`` (matches, closed sessions, alert changes) and
        ``attempts_unmatched`` of patterns, ended without a match. What is there now: ``groups``, ``groupings`` (keys,
        groups and bytes of each, and what detectors, patterns and sessions keep), ``firing`` and ``pending`` alerts,
        events ``held`` to be put in order, ``ids`` remembered to know duplicates (``ids_forgotten``: before their
        time), ``pane_bytes`` of windows, ``memory`` as ``limits.max_memory`` counts it, ``timers``, ``attempts`` and
        ``open_sessions``.
        """
        return self._core.statistics()
