"""Redaction: masks secrets in everything that is printed or written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from overheard.words.counting import count
from overheard.words.errors import SettingsError
from overheard.words.texts import changed, texts
from overheard_capture.judge.api import Search

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard.words.secret import Secret

# A shorter secret appears in texts by chance, and masking it would leave nothing.
_LEAST_TO_MASK = 4
_Any = TypeVar("_Any")


class CredentialRedactor:
    """Masks the credentials that were found, wherever else they are in what is printed or written."""

    def __init__(self, found: Sequence[Secret]) -> None:
        values = {each.value for each in found}
        # The longest first: one may be a part of another.
        self._values = sorted((each for each in values if len(each) >= _LEAST_TO_MASK), key=len, reverse=True)

    def redacted(self, thing: _Any) -> _Any:
        """The same object, with the credentials masked in every text in it."""
        # Thousands of credentials and of texts, most of which are the same: all texts at once first.
        together = "\n".join(set(texts(thing))).encode(errors="surrogateescape")
        inside = [value for value in self._values if value in together]
        return changed(thing, lambda text: _masked(text, inside)) if inside else thing

    def places(self, data: bytes) -> Iterator[range]:
        """The ranges of these bytes that belong to a credential."""
        for value in self._values:
            at = data.find(value)
            while at >= 0:
                yield range(at, at + len(value))
                at = data.find(value, at + 1)


def _masked(text: str, values: Sequence[bytes]) -> str:
    """The text, or what stands for it if it contains one of the values."""
    data = text.encode(errors="surrogateescape")
    return f"(a credential of {count(len(data), 'byte')})" if any(value in data for value in values) else text


class Redactor:
    """Masks the secrets in everything that is printed or written."""

    def __init__(self, wanted: Sequence[Secret]) -> None:
        long_enough = [secret for secret in wanted if len(secret.value) >= _LEAST_TO_MASK]
        self._names = [secret.name for secret in wanted]
        # Always in either case: whoever knows a secret except for its case knows most of it.
        # Hyperscan needs half a second to compile, which pays only with more text than there ever is here.
        self._search = Search(long_enough, any_case=True, engine="re") if long_enough else None

    def check_names(self) -> None:
        """Raise SettingsError if a name, which appears in every report, contains a secret."""
        for number, name in enumerate(self._names, 1):
            if self._masked(name) != name:
                raise SettingsError(
                    f"the name of secret {number} itself contains a secret",
                    hint="names appear in every report: name it after its purpose",
                )

    def _masked(self, text: str) -> str:
        return self._search.redact(text) if self._search else text

    def redacted(self, thing: _Any) -> _Any:
        """The same object, with the secrets masked in every text in it."""
        # All texts at once first: nearly always there is nothing to mask. Many flows have the same texts.
        together = "\n\n".join(dict.fromkeys(texts(thing))).encode(errors="replace")
        return changed(thing, self._masked) if self._search and self._search.matches(together) else thing

    def places(self, data: bytes) -> Iterator[range]:
        """The ranges of these bytes that belong to a secret."""
        for match in self._search.matches(data) if self._search else ():
            yield range(match.offset, match.offset + match.length)
