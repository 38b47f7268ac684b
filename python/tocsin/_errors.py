"""The exceptions of this package."""

from __future__ import annotations

from typing import List, NamedTuple, Optional, Sequence


class Diagnostic(NamedTuple):
    """One mistake in a config, with its place."""

    file: str
    #: From 1; 0 when the place is not known.
    line: int
    #: In characters, from 1.
    column: int
    #: How many characters it covers.
    length: int
    message: str
    #: What was probably meant, or empty.
    hint: str
    #: The text of the line, or empty.
    source_line: str


class Error(Exception):
    """What this package raises; its subclasses say more."""


class ConfigError(Error):
    """A config that cannot be read or has mistakes: all of them are in ``diagnostics``.

    ``file``, ``line``, ``column`` and ``message`` are those of the first. ``str()`` shows every mistake with its line.
    """

    def __init__(self, text: str, diagnostics: Sequence[Diagnostic] = ()) -> None:
        super().__init__(text)
        self.diagnostics: List[Diagnostic] = list(diagnostics)
        first: Optional[Diagnostic] = self.diagnostics[0] if self.diagnostics else None
        self.file: Optional[str] = first.file if first else None
        self.line: Optional[int] = first.line if first and first.line else None
        self.column: Optional[int] = first.column if first and first.line else None
        self.message: str = first.message if first else text


class NotFoundError(Error, LookupError):
    """There is no metric of that name."""


class ArgumentError(Error, ValueError):
    """An argument that cannot be: keys that are not the metric's, a time that is none."""


class FileError(Error, OSError):
    """A file of events that cannot be read, or not to its end."""
