"""Opens tokens of Fernet with the keys that somebody has (https://github.com/fernet/spec)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.fernet import Fernet

    from overheard_capture.judge.exhibit import Keys

# The layers that opening adds. What the parties' own keys open proves that the secret was there, and is no sighting.
BY_A_PARTY = "Fernet opened with a key of a party"
BY_THE_SPY = "Fernet opened with a key of the interceptor"


class FernetKeys:
    """All keys for Fernet, and whose they are. `useless` says of whose keys some cannot be used, and why."""

    def __init__(self, keys: Keys, spy: Keys) -> None:
        self.useless: dict[str, str] = {}
        self._openers = [*self._made(BY_THE_SPY, spy), *self._made(BY_A_PARTY, keys)]

    def _made(self, layer: str, keys: Keys) -> Iterator[tuple[str, Fernet]]:
        try:
            found = keys.fernet
        except OSError as problem:
            self.useless[layer] = f"the keys of Fernet cannot be read: {problem}"
            return
        for key in found:
            from cryptography.fernet import Fernet  # noqa: PLC0415  (a scan without such keys need not import it)

            try:
                yield layer, Fernet(key)
            except ValueError:
                self.useless[layer] = "what is kept as a key of Fernet is none"

    def __bool__(self) -> bool:
        return bool(self._openers)

    def open(self, token: bytes) -> list[tuple[str, bytes]]:
        """See `Opener`."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415

        opened = []
        for layer, opener in self._openers:
            with suppress(InvalidToken):
                # In a URL or a form a token may lack its padding, and more of it than needed does no harm.
                opened.append((layer, opener.decrypt(token.rstrip(b"=") + b"==")))
        return opened
