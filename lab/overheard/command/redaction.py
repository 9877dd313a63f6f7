"""Redaction: masks secrets in everything that is printed or written."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from overheard.words.errors import OverheardError
from overheard_capture.judge.api import Search

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard.words.secret import Secret

# A shorter secret appears in texts by chance, and masking it would leave nothing.
_LEAST_TO_MASK = 4
_Any = TypeVar("_Any")


class Redactor:
    """Masks the secrets in everything that is printed or written."""

    def __init__(self, wanted: Sequence[Secret]) -> None:
        long_enough = [secret for secret in wanted if len(secret.value) >= _LEAST_TO_MASK]
        self._names = [secret.name for secret in wanted]
        # Always in either case: whoever knows a secret except for its case knows most of it.
        # Hyperscan needs half a second to compile, which pays only with more text than there ever is here.
        self._search = Search(long_enough, any_case=True, engine="re") if long_enough else None

    def check_names(self) -> None:
        """Raise OverheardError if a name, which appears in every report, contains a secret."""
        for number, name in enumerate(self._names, 1):
            if self._masked(name) != name:
                raise OverheardError(
                    f"the name of secret {number} itself contains a secret",
                    hint="names appear in every report: name it after its purpose",
                )

    def _masked(self, text: str) -> str:
        return self._search.redact(text) if self._search else text

    def redacted(self, thing: _Any) -> _Any:
        """The same object, with the secrets masked in every text in it."""
        # All texts at once first: nearly always there is nothing to mask.
        together = "\n\n".join(_texts(thing)).encode(errors="replace")
        return self._redacted(thing) if self._search and self._search.matches(together) else thing

    def _redacted(self, thing: _Any) -> _Any:
        if isinstance(thing, Enum):
            return thing
        if isinstance(thing, str):
            return cast("_Any", self._masked(thing))
        if is_dataclass(thing) and not isinstance(thing, type):
            changed = {field.name: self._redacted(getattr(thing, field.name)) for field in fields(thing)}
            return cast("_Any", replace(thing, **changed))
        if isinstance(thing, dict):
            return cast("_Any", {key: self._redacted(value) for key, value in thing.items()})
        if isinstance(thing, list | tuple):
            return cast("_Any", type(thing)(self._redacted(each) for each in thing))
        return thing

    def places(self, data: bytes) -> Iterator[range]:
        """The ranges of these bytes that belong to a secret."""
        for match in self._search.matches(data) if self._search else ():
            yield range(match.offset, match.offset + match.length)


def _texts(thing: Any) -> Iterator[str]:  # noqa: ANN401  (a report, or any part of one)
    """Every text in a report."""
    if isinstance(thing, Enum):
        return
    if isinstance(thing, str):
        yield thing
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            yield from _texts(getattr(thing, field.name))
    elif isinstance(thing, dict | list | tuple):
        for each in thing.values() if isinstance(thing, dict) else thing:
            yield from _texts(each)
