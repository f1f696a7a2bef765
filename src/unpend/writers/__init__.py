"""Writers: the zones of one DNS host, read and changed through its API. One module a host, one small contract."""

from unpend.writers.contract import Held, Writer
from unpend.writers.memory import Memory

__all__ = ["Held", "Memory", "Writer"]
