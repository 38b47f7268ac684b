"""History through an engine: what would have fired."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Optional, Union

from ._core import Alert, DeadLetter
from ._engine import MAX_DEAD_LETTERS, Engine
from ._functions import Functions
from ._records import Record, TimeLike


@dataclass(frozen=True)
class Replay:
    """What a replay found."""

    alerts: List[Alert]
    #: As ``Engine.statistics``, at the end.
    statistics: Dict[str, Any]
    #: What was not taken: at most ``max_dead_letters`` of them.
    dead_letters: List[DeadLetter]


def replay(
    rules: Union[str, os.PathLike[str]],
    events: Union[str, os.PathLike[str], Iterable[Record]],
    *,
    pending: bool = False,
    until: Optional[TimeLike] = None,
    max_dead_letters: int = MAX_DEAD_LETTERS,
    functions: Optional[Functions] = None,
) -> Replay:
    """Runs ``events`` through the rules of the file ``rules`` and returns what would have fired.

        result = tocsin.replay("rules.yaml", "events.jsonl.gz")
        for alert in result.alerts:
            print(alert.time, alert.rule, alert.change, alert.labels)

    ``events`` is the path of a JSON Lines file (also a gzip one) or any iterable of records as ``Engine.ingest`` takes
    them. At the end the instant of the last event is closed, and the clock advances to ``until``.
    ``functions`` are those that conditions call, as in ``Engine``.
    """
    engine = Engine(rules, pending=pending, max_dead_letters=max_dead_letters, functions=functions)
    if isinstance(events, (str, os.PathLike)):
        engine.ingest_file(events)
    else:
        engine.ingest_many(events)
    engine.finish()
    if until is not None:
        engine.advance_to(until)
    return Replay(engine.poll_alerts(), engine.statistics, engine.poll_dead_letters())
