"""Named tuples that are quick to define: `typing.NamedTuple` compiles the annotation of each field.

A scan defines ninety before it reads anything. To type checkers there is no difference; annotations stay text.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

# From 3.14 on, annotations are kept in another way, and are not compiled for this.
if TYPE_CHECKING or sys.version_info >= (3, 14):
    from typing import NamedTuple
else:
    from collections import namedtuple

    # What a class has by itself, and `namedtuple` has made.
    _OWN = frozenset(("__annotations__", "__dict__", "__module__", "__qualname__", "__weakref__"))

    class _Defining(type):
        """Makes a named tuple of the class that is being defined."""

        def __new__(cls, name: str, _: tuple[type, ...], within: dict[str, object]) -> type:
            fields = within.get("__annotations__", {})
            defaults = [within[field] for field in fields if field in within]
            made = namedtuple(name, fields, defaults=defaults, module=within["__module__"])  # noqa: PYI024  (it is that)
            made.__annotations__ = fields
            made.__qualname__ = within["__qualname__"]
            for key, value in within.items():
                if key not in _OWN and key not in fields:
                    setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Defining, "NamedTuple", (), {})


__all__ = ["NamedTuple"]
