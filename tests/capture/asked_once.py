"""tshark, asked once: it takes a third of a second to start, and always prints the same for the same bytes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from overheard_capture.captures.recording import digest
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from overheard_capture.wireshark.tshark import TsharkInput


class AskedOnce:
    """Runs tshark with `ask`, and repeats what it printed if the same program gets the same question again.

    The question is the content of the capture and of the keys, wherever they are, with the arguments. A failure is not
    kept, so a test with a tshark that fails, or with none, gets its own.
    """

    def __init__(self, ask: Callable[..., str]) -> None:
        self._ask = ask
        self._printed: dict[Hashable, str] = {}

    def __call__(self, capture: TsharkInput, *arguments: str, **with_keys: TlsKeys) -> str:
        """As `overheard_capture.wireshark.tshark.tshark`, or `dissected` in `overheard_capture.wireshark.details`."""
        keys = with_keys.get("keys", TlsKeys())
        try:
            files = tuple(map(digest, (capture.path, *keys.logs, *filter(None, [keys.private]))))
        except OSError:
            return self._ask(capture, *arguments, **with_keys)
        asked = shutil.which("tshark"), files, bool(keys.private), capture.tls_ports, arguments
        if asked not in self._printed:
            self._printed[asked] = self._ask(capture, *arguments, **with_keys)
        return self._printed[asked]
