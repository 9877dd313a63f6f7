"""tshark, asked once: it takes a third of a second to start, and always prints the same for the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.role.files import write_whole
from overheard.words.errors import UnreadableError
from overheard_capture.captures.recording import digest
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.wireshark.tshark import TsharkInput


class AskedOnce:
    """Runs tshark with `ask`, and repeats what it printed if the same program gets the same question again.

    The question is the content of the capture and of the keys, wherever they are, with the arguments. A failure is an
    answer, too: a test with a tshark that fails, or with none, has another program, and so gets its own. The answers
    are in `folder`, which all workers share.
    """

    def __init__(self, ask: Callable[..., str], folder: Path) -> None:
        self._ask, self._folder = ask, folder

    def __call__(self, capture: TsharkInput, *arguments: str, **with_keys: TlsKeys) -> str:
        """As `tshark` of `overheard_capture.wireshark.tshark`, or `Dissector.dissected` of `details` beside it."""
        keys = with_keys.get("keys", TlsKeys())
        # An error has the name of a file.
        named = capture.path, *keys.logs, *filter(None, [keys.private])
        try:
            files = [(path.name, digest(path)) for path in named]
        except OSError:
            return self._ask(capture, *arguments, **with_keys)
        program = shutil.which("tshark")
        what = self._ask.__qualname__, program and digest(Path(program)), arguments
        about = capture.tls_ports, capture.last, files, bool(keys.private)
        answer = self._folder / hashlib.sha256(json.dumps((what, about)).encode()).hexdigest()
        if not answer.exists():
            write_whole(answer, json.dumps(self._answer(capture, *arguments, **with_keys)).encode())
        printed, failure = json.loads(answer.read_bytes())
        if failure:
            raise UnreadableError(failure[0], hint=failure[1])
        return str(printed)

    def _answer(
        self, capture: TsharkInput, *arguments: str, **with_keys: TlsKeys
    ) -> tuple[str, tuple[str, str] | None]:
        """What is printed, or the text and the hint of the error."""
        try:
            return self._ask(capture, *arguments, **with_keys), None
        except UnreadableError as failed:
            return "", (failed.args[0], failed.hint)
