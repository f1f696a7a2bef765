"""`@remembered`: a method of a value that does not change says the same each time, so it is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


def remembered(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Keeps results in the instance's own dictionary, by arguments; they have to be hashable.

    Not functools.cache, which would keep every instance alive.
    """
    slot = f"_remembered_{method.__name__}"

    @wraps(method)
    def wrapper(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (args, tuple(kwargs.items())) if kwargs else args
        try:
            return cast("T", self.__dict__[slot][key])
        except KeyError:
            result = method(self, *args, **kwargs)
            self.__dict__.setdefault(slot, {})[key] = result
            return result

    return wrapper
