"""Regular expressions that are compiled at their first use: a capture needs few, and compiling all takes time."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, AnyStr, Generic, cast

if TYPE_CHECKING:
    from collections.abc import Iterator


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """The same as `re.compile` returns."""
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))


class _LazyPattern(Generic[AnyStr]):
    """Takes the place of a compiled expression."""

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[AnyStr]:
        return re.compile(self.pattern, self._flags)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever that is
        """A method of it, which is found at once from then on."""
        method = getattr(self._compiled, name)
        setattr(self, name, method)
        return method

    def finditer(self, *where: Any) -> Iterator[re.Match[AnyStr]]:  # noqa: ANN401 - the arguments of the same method
        """The same method, which may be kept before the first use."""
        return self._compiled.finditer(*where)
