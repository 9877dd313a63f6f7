"""Decryption of Fernet tokens (https://github.com/fernet/spec)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from overheard.words.layer import FERNET_BY_A_PARTY, FERNET_BY_THE_INTERCEPTOR, Layer, OpenedBy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.fernet import Fernet

    from overheard_capture.judge.judge_input import Keys


class FernetKeys:
    """All Fernet keys, by their owner. `errors` gives an error text for each owner with unusable keys."""

    def __init__(self, keys: Keys, spy: Keys) -> None:
        self.errors: dict[OpenedBy, str] = {}
        self._openers = [*self._load(FERNET_BY_THE_INTERCEPTOR, spy), *self._load(FERNET_BY_A_PARTY, keys)]

    def _load(self, layer: Layer, keys: Keys) -> Iterator[tuple[Layer, Fernet]]:
        try:
            found = keys.fernet
        except OSError as problem:
            self.errors[layer.opened_by] = f"the Fernet keys cannot be read: {problem}"
            return
        for key in found:
            from cryptography.fernet import Fernet  # noqa: PLC0415  (a scan without such keys need not import it)

            try:
                yield layer, Fernet(key)
            except ValueError:
                self.errors[layer.opened_by] = "a Fernet key is malformed"

    def __bool__(self) -> bool:
        return bool(self._openers)

    def open(self, token: bytes) -> list[tuple[Layer, bytes]]:
        """Decrypt a token; see `Opener`."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415

        opened = []
        for layer, opener in self._openers:
            with suppress(InvalidToken):
                # In a URL or a form a token may lack its padding. Excess padding is harmless.
                opened.append((layer, opener.decrypt(token.rstrip(b"=") + b"==")))
        return opened
