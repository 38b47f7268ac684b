"""Functions of the host's in conditions: host.risky(refunds_24h)."""

from __future__ import annotations

import datetime
import functools
import inspect
import types
import typing
from typing import Any, Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _records
from ._errors import ArgumentError

_NAMES = {
    bool: "bool",
    int: "int",
    float: "double",
    str: "string",
    datetime.datetime: "timestamp",
    datetime.timedelta: "duration",
}
_UNIONS = (Union, getattr(types, "UnionType", Union))
_MICROSECOND = datetime.timedelta(microseconds=1)


class Function(NamedTuple):
    """A function of the host's with more said of it than its annotations say.

    It must be pure: the same arguments give the same result for as long as ``version`` is the same. ``version`` is a
    part of the version of every rule that calls it.
    """

    call: Callable[..., Any]
    version: str = ""
    #: Of bool, int, float, str, datetime.datetime, datetime.timedelta; by default what the annotations say.
    parameters: Optional[Sequence[type]] = None
    result: Optional[type] = None


Functions = Mapping[str, Union[Callable[..., Any], Function]]


def _type_name(name: str, what: str, of: Any) -> str:
    options = [option for option in typing.get_args(of) if option is not type(None)]
    if typing.get_origin(of) in _UNIONS and len(options) == 1:  # Optional: None is no data
        of = options[0]
    if of in _NAMES:
        return _NAMES[of]
    known = ", ".join(known.__name__ for known in _NAMES)
    said = "has no type" if of is None else f"is a {getattr(of, '__name__', of)}"
    raise ArgumentError(
        f"host function '{name}': {what} {said}: annotate it with one of {known}, or give "
        "tocsin.Function(call, parameters=[...], result=...)"
    )


def _annotations(call: Callable[..., Any]) -> Mapping[str, Any]:
    if not (inspect.isfunction(call) or inspect.ismethod(call)):  # of functools.partial, or an object that is called
        call = getattr(call, "func", getattr(call, "__call__", call))
    try:
        return typing.get_type_hints(call)
    except (TypeError, NameError):
        return {}


def _parameters(name: str, call: Callable[..., Any]) -> List[str]:
    """Those that must be given, by position."""
    names = []
    for parameter in inspect.signature(call).parameters.values():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
        elif parameter.default is parameter.empty:
            raise ArgumentError(f"host function '{name}': a condition cannot give it the parameter '{parameter.name}'")
    return names


def _span_ns(value: datetime.timedelta) -> int:
    return value // _MICROSECOND * 1000


def _answers(call: Callable[..., Any], result: str) -> Callable[..., Any]:
    """The same with times and durations as nanoseconds."""
    convert = {"timestamp": _records.to_ns, "duration": _span_ns}.get(result)
    if convert is None:
        return call

    @functools.wraps(call)
    def converted(*arguments: Any) -> Optional[int]:
        answer = call(*arguments)
        return None if answer is None else convert(answer)

    return converted


def to_core(functions: Optional[Functions]) -> List[Tuple[Any, ...]]:
    """As tocsin._core wants them."""
    wanted = []
    for name, given in (functions or {}).items():
        function = given if isinstance(given, Function) else Function(given)
        hints = {}
        if function.parameters is None or function.result is None:
            hints = dict(_annotations(function.call))
        parameters = function.parameters
        if parameters is None:
            names = _parameters(name, function.call)
            wanted_types = [_type_name(name, f"parameter '{one}'", hints.get(one)) for one in names]
        else:
            wanted_types = [_type_name(name, f"parameter {i + 1}", one) for i, one in enumerate(parameters)]
        result = _type_name(name, "the result", function.result or hints.get("return"))
        wanted.append((name, function.version, tuple(wanted_types), result, _answers(function.call, result)))
    return wanted
