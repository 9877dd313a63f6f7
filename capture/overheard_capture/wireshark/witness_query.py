"""A query of the second witness: tshark searches a file, and names frames and fields that contain secrets."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from overheard.words.errors import UnreadableError
from overheard_capture.wireshark.fields import contains_any, fields, matches_any_case
from overheard_capture.wireshark.tshark import own_configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from overheard.words.secret import Secret

# The maximum number of bytes of tshark's output that are read.
_MAX_OUTPUT = 256 << 20
# Two passes: one misses a secret in segments that are out of order; the other misses a body after a gap. The second
# pass also tries heuristic dissectors before those of the port.
_SECOND_PASS = {
    "tcp.reassemble_out_of_order": "TRUE",
    "tcp.try_heuristic_first": "TRUE",
    "udp.try_heuristic_first": "TRUE",
    "tcp.no_subdissector_on_error": "FALSE",
}
_BOTH_PASSES = {
    "tcp.desegment_tcp_streams": "TRUE",
    "ip.defragment": "TRUE",
    "ipv6.defragment": "TRUE",
    "http.desegment_headers": "TRUE",
    "http.desegment_body": "TRUE",
    "http.dechunk_body": "TRUE",
    "http.decompress_body": "TRUE",
    "websocket.decompress": "TRUE",
    "data.uncompress_data": "TRUE",
    "mime_multipart.remove_base64_encoding": "TRUE",
    "protobuf.try_dissect_as_string": "TRUE",
}
_PASSES: tuple[dict[str, str], ...] = ({"tcp.reassemble_out_of_order": "FALSE"}, _SECOND_PASS)
_FRAME, _STREAM = "frame.number", "tcp.stream"
# The fields with the frames of an IP packet's fragments.
_FRAGMENTS = ("ip.fragment", "ipv6.fragment")
# Printed for a truncated file, with a non-zero exit code, after all complete packets were read.
_CUT_SHORT = b"cut short"


@dataclass(frozen=True)
class Witnessed:
    """A frame in which tshark sees a secret: the field, the spelling, and the TCP streams of the frame.

    For reassembled data it is the frame that completes it; `parts` are the frames with fragments of its IP packet.
    `field` is empty if tshark matched a field that it cannot print.
    """

    frame: int
    field: str
    spelling: str = "plainly"
    streams: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()


def _patterns(value: bytes) -> dict[bytes, str]:
    """The main spellings with their names. They are independent of the table in `overheard.words.spelling`."""
    spelled = {value: "plainly"}
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = ""
    if text:
        spelled.setdefault(text.encode("utf-16-le"), "UTF-16 little-endian")
        spelled.setdefault(text.encode("utf-16-be"), "UTF-16 big-endian")
        spelled.setdefault(json.dumps(text)[1:-1].encode(), "JSON string")
    for digits in (value.hex(), value.hex().upper()):
        spelled.setdefault(digits.encode(), "hexadecimal")
    spelled.setdefault(quote(value, safe="").encode(), "percent-encoded")
    spelled.setdefault(quote_plus(value).encode(), "form-encoded")
    for before in range(3):
        # Without the characters that also depend on bytes before or after the secret.
        whole = base64.b64encode(bytes(before) + value)
        core = whole[-(-before * 8 // 6) : (before + len(value)) * 8 // 6]
        if len(core) >= 4:
            spelled.setdefault(core, "base64")
            spelled.setdefault(core.translate(bytes.maketrans(b"+/", b"-_")), "base64url")
    return spelled


class WitnessQuery:
    """A search for some secrets. `scope` is a display filter for the frames to search."""

    def __init__(
        self, secrets: Sequence[Secret], any_case: bool, scope: str, decode_as: Mapping[str, str], timeout: float
    ) -> None:
        self.secrets, self.scope, self.timeout = secrets, scope, timeout
        self.any_case = any_case
        self.patterns = {secret.name: _patterns(secret.value) for secret in secrets}
        self.plain = {
            secret.name: re.compile(re.escape(secret.value), re.IGNORECASE if any_case else 0) for secret in secrets
        }
        self.decode_options = [word for port, protocol in decode_as.items() for word in ("-d", f"{port},{protocol}")]

    def filter(self, secret: Secret) -> str:
        """A display filter for frames that contain a secret."""
        contains = contains_any(self.patterns[secret.name], fields())
        return f"({contains} or {matches_any_case(secret.value, fields())})" if self.any_case else contains

    def run(self, path: Path) -> Iterator[tuple[str, Witnessed]]:
        """Run the query. Yields the name of a secret with each frame in which it was seen; some repeatedly."""
        answers = self._run(path, self.secrets, list(fields()))
        yield from (each for answer in answers for each in answer.seen)
        unresolved = [answer for answer in answers if answer.unresolved_frames or answer.truncated]
        if not unresolved:
            return
        if len(self.secrets) == 1:
            yield from ((self.secrets[0].name, each) for answer in unresolved for each in answer.unresolved_frames)
            return
        # If a matching field cannot be printed, a query for each secret tells which one it contains.
        for secret in self.secrets:
            for answer in self._run(path, [secret], []):
                yield from (
                    (secret.name, each) for each in (*answer.unresolved_frames, *(one for _, one in answer.seen))
                )

    def _run(self, path: Path, secrets: Sequence[Secret], printed: Sequence[str]) -> list[_WitnessAnswer]:
        """Run both passes in parallel. No process is left running, even after an error."""
        with ThreadPoolExecutor(len(_PASSES)) as pool, own_configuration() as environment:
            seen = _write_macros(Path(environment["HOME"]), map(self.filter, secrets))
            frames = f"({seen}) and {self.scope}" if self.scope else seen
            columns = [word for name in (_FRAME, _STREAM, *_FRAGMENTS, *printed) for word in ("-e", name)]
            command = ["tshark", "-r", str(path), "-n", *self.decode_options, "-Y", frames, "-T", "ek", *columns]
            with _start_passes(command, environment, self.timeout) as runs:
                return list(pool.map(lambda run: self._answer(run, path), runs))

    def _answer(self, run: _TsharkRun, path: Path) -> _WitnessAnswer:
        answer = _WitnessAnswer()
        for line in run.lines():
            if b'"layers"' in line:
                self._add_frame(json.loads(line)["layers"], answer)
        run.end(path, answer)
        return answer

    def _add_frame(self, layers: Mapping[str, list[str]], answer: _WitnessAnswer) -> None:
        frame = int(layers[_ek_key(_FRAME)][0])
        streams = tuple(map(int, layers.get(_ek_key(_STREAM), ())))
        parts = tuple(int(part) for name in _FRAGMENTS for part in layers.get(_ek_key(name), ()))
        named = False
        for secret in self.secrets:
            for name, hexadecimal in fields().items():
                spelling = self._spelling(secret, layers.get(_ek_key(name), ()), hexadecimal)
                if spelling:
                    named = True
                    answer.seen.append((secret.name, Witnessed(frame, name, spelling, streams, parts)))
                    break
        if not named:
            answer.unresolved_frames.append(Witnessed(frame, "", streams=streams, parts=parts))

    def _spelling(self, secret: Secret, values: Sequence[str], hexadecimal: bool) -> str:
        for value in values:
            data = _bytes(value, hexadecimal)
            if self.plain[secret.name].search(data):
                return "plainly"
            for pattern, spelling in self.patterns[secret.name].items():
                if pattern in data:
                    return spelling
        return ""


class _WitnessAnswer:
    """The output of tshark: the secrets seen with their frames, and frames with a field that cannot be printed."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Witnessed]] = []
        self.unresolved_frames: list[Witnessed] = []
        self.truncated = False


class _TsharkRun:
    """A running tshark."""

    def __init__(self, process: subprocess.Popen[bytes], errors: Path, timeout: float) -> None:
        self.process, self._errors, self._timeout = process, errors, timeout
        self._timed_out, self._full = False, False
        self._timer = threading.Timer(timeout, self._time_out)
        self._timer.daemon = True
        self._timer.start()

    def _time_out(self) -> None:
        self._timed_out = True
        self.process.kill()

    def lines(self) -> Iterator[bytes]:
        """Yield the output line by line, up to the maximum size."""
        printed = 0
        for line in self.process.stdout or ():
            printed += len(line)
            if printed > _MAX_OUTPUT:
                self._full = True
                self.process.kill()
                break
            yield line

    def end(self, path: Path, answer: _WitnessAnswer) -> None:
        """Wait for its end. Raises UnreadableError if it failed without output; partial output counts."""
        code = self.process.wait()
        self._timer.cancel()
        answer.truncated = self._full
        errors = self._errors.read_bytes()
        if (
            answer.seen
            or answer.unresolved_frames
            or self._full
            or not code
            or (_CUT_SHORT in errors and not self._timed_out)
        ):
            return
        if self._timed_out:
            raise UnreadableError(
                f"tshark did not finish {path.name} within {self._timeout:g} s",
                hint="use a smaller file, or scan without the second witness",
            )
        lines = [line for line in errors.decode(errors="replace").splitlines() if not line.startswith("Running as")]
        raise UnreadableError(f"tshark could not read {path.name}: {lines[-1] if lines else 'no reason was given'}")

    def stop(self) -> None:
        """End the process, if it still runs."""
        self._timer.cancel()
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def _start_passes(command: Sequence[str], environment: Mapping[str, str], timeout: float) -> Iterator[list[_TsharkRun]]:
    """Start a tshark for each pass, with its own preferences. None is left running afterwards."""
    folder, runs = Path(environment["HOME"]), list[_TsharkRun]()
    try:
        for number, preferences in enumerate(_PASSES):
            # Preferences are passed in a file: unknown ones on the command line are errors, in a file they are ignored.
            pass_folder = folder / f"pass-{number}"
            pass_folder.mkdir()
            lines = [f"{name}: {value}\n" for name, value in {**_BOTH_PASSES, **preferences}.items()]
            (pass_folder / "preferences").write_text("".join(lines))
            (pass_folder / "dfilter_macros").write_bytes((folder / "dfilter_macros").read_bytes())
            variables = {**environment, "WIRESHARK_CONFIG_DIR": str(pass_folder)}
            errors = folder / f"errors-{number}"
            with errors.open("wb") as file:
                process = subprocess.Popen(
                    command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file
                )
            runs.append(_TsharkRun(process, errors, timeout))
        yield runs
    finally:
        for run in runs:
            run.stop()


def _write_macros(folder: Path, filters: Iterable[str]) -> str:
    r"""Write each filter as a macro, and return one for what matches any of them.

    On a command line every user of the machine could read the secrets. In the file a quote is \x22 and a backslash
    \x5c. The time that tshark takes to read a macro grows with the square of its length.
    """
    quoted = [text.replace("\\", "\\x5c").replace('"', "\\x22") for text in filters]
    file = folder / "dfilter_macros"
    file.touch(mode=0o600)
    file.write_text("".join(f'"secret{number}","{text}"\n' for number, text in enumerate(quoted)))
    return " or ".join(f"${{secret{number}}}" for number in range(len(quoted)))


def _ek_key(field: str) -> str:
    return field.replace(".", "_")


def _bytes(value: str, hexadecimal: bool) -> bytes:
    if hexadecimal:
        try:
            return bytes.fromhex(value.replace(":", ""))
        except ValueError:
            pass
    return value.encode(errors="surrogateescape")
