"""Tocsin watches what customers do, and rings when something needs a person.

    import tocsin

    result = tocsin.replay("rules.yaml", "events.jsonl.gz")    # what would have fired
    for alert in result.alerts:
        print(alert.time, alert.rule, alert.change, alert.summary)

    engine = tocsin.Engine("rules.yaml")                       # event by event
    engine.ingest({"type": "refund", "time": now, "value": 27.5, "attrs": {"country": "France"}})
    engine.value("refunds_24h", country="France")
    engine.poll_alerts()
"""

from ._core import Alert, DeadLetter, __version__
from ._engine import Engine, Evidence, Forgotten, Refusal, Row
from ._errors import ArgumentError, ConfigError, Diagnostic, Error, FileError, NotFoundError
from ._functions import Function
from ._replay import Replay, replay

__all__ = [
    "Alert",
    "ArgumentError",
    "ConfigError",
    "DeadLetter",
    "Diagnostic",
    "Engine",
    "Error",
    "Evidence",
    "FileError",
    "Forgotten",
    "Function",
    "NotFoundError",
    "Refusal",
    "Replay",
    "Row",
    "replay",
    "__version__",
]

# They are shown by the name under which they are used, whichever file they are written in.
for _name in __all__:
    if hasattr(globals()[_name], "__module__"):
        globals()[_name].__module__ = __name__
