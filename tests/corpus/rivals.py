"""The results of other tools on the corpus, each used in the usual way to search for a word.

Tools that start slowly are run on the recording of all cases, and their results assigned to cases by frame number.
The others are run on each file.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from corpus.case import Case
    from corpus.recorded import Recorded

# The name of an output file of tcpflow: `010.079.001.108.57036-010.078.001.108.07000`.
_FLOW = re.compile(r"([\da-f.:]+)\.(\d+)-([\da-f.:]+)\.(\d{5})")
_FIELDS = ("frame", "tcp.reassembled.data", "http.file_data")


def _said(*command: str, fine: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in fine:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace")


def word(case: Case) -> bytes:
    """The word to search for: the secret, in the case in which it was sent."""
    return b"FLUFFY Tail" if case.any_case else case.secret.encode()


class ToolResults:
    """The tools, run on all cases of one recording."""

    def __init__(self, corpus: Recorded, cases: Iterable[Case]) -> None:
        self.corpus, self.cases = corpus, list(cases)
        self.of_frame: dict[int, set[str]] = defaultdict(set)
        for name, played in corpus.played.items():
            for number in played["frames"]:
                self.of_frame[number].add(name)

    def _each_file(self, finds: Callable[[Path, bytes], bool]) -> set[str]:
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(lambda case: finds(self.corpus.path(case), word(case)), self.cases)
            return {case.name for case, there in zip(self.cases, found, strict=True) if there}

    def _filtered(self, filter_for: Callable[[bytes], str]) -> set[str]:
        """The cases with a frame that matches a display filter, of one start of tshark for all words."""
        frames: dict[bytes, set[int]] = defaultdict(set)
        for case in self.cases:
            frames[word(case)].update(self.corpus.played[case.name]["frames"])
        # A frame is of cases with the same word.
        assert sum(map(len, frames.values())) == len(set().union(*frames.values()))
        terms = (f"(({filter_for(secret)}) and frame.number in {_set(numbers)})" for secret, numbers in frames.items())
        command = ("tshark", "-r", str(self.corpus.everything), "-Y", " or ".join(terms))
        found = _said(*command, "-T", "fields", "-e", "frame.number").split()
        return {name for number in found for name in self.of_frame[int(number)]} & {case.name for case in self.cases}

    def grep(self) -> set[str]:
        """`grep -F` on the file itself."""
        return self._each_file(lambda path, secret: secret in path.read_bytes())

    def ngrep(self) -> set[str]:
        """ngrep, with the bytes in hexadecimal."""
        return self._each_file(_ngrep)

    def frame_contains(self) -> set[str]:
        """Wireshark's `frame contains`."""
        return self._filtered(lambda secret: f"frame contains {_bytes(secret)}")

    def file_data_contains(self) -> set[str]:
        """Wireshark's `http.file_data contains`, on decoded bodies."""
        return self._filtered(lambda secret: f"http.file_data contains {_text(secret)}")

    def follow(self) -> set[str]:
        """Wireshark's `Follow stream` for every TCP and UDP stream, with `grep -F` on its output."""
        return self._followed("tcp") | self._followed("udp")

    def _followed(self, protocol: str) -> set[str]:
        streams = self._streams(protocol)
        follow = [part for stream in streams for part in ("-z", f"follow,{protocol},raw,{stream}")]
        said = _said("tshark", "-q", "-r", str(self.corpus.everything), *follow)
        secrets = {case.name: word(case) for case in self.cases}
        found = set()
        for block in said.split(f"Follow: {protocol},raw")[1:]:
            number = re.findall(rf"{protocol}\.stream eq (\d+)", block)[0]
            directions = {True: b"", False: b""}
            for line in re.findall(r"^\t?[0-9a-f]+$", block, re.MULTILINE):
                directions[line.startswith("\t")] += bytes.fromhex(line.strip())
            for name in streams[int(number)] & secrets.keys():
                if any(secrets[name] in data for data in directions.values()):
                    found.add(name)
        return found

    def _streams(self, protocol: str) -> dict[int, set[str]]:
        """The cases of each stream, by stream number."""
        fields = ("-T", "fields", "-e", "frame.number", "-e", f"{protocol}.stream")
        streams: dict[int, set[str]] = defaultdict(set)
        for line in _said("tshark", "-r", str(self.corpus.everything), "-Y", protocol, *fields).splitlines():
            number, stream = line.split("\t")
            streams[int(stream.split(",")[-1])] |= self.of_frame[int(number)]
        return streams

    def many_terms(self) -> set[str]:
        """A purpose-made display filter: nine spellings in three fields."""

        def terms(secret: bytes) -> str:
            spelled = spellings(secret)
            return " or ".join(
                f"{field} contains {_text(each) if field == 'http.file_data' else _bytes(each)}"
                for field in _FIELDS
                for each in spelled
            )

        return self._filtered(terms)

    def tcpflow(self, *options: str) -> set[str]:
        """Tcpflow, with `grep -F` on its output files, whose names begin with both addresses and ports."""
        secrets = {case.name: word(case) for case in self.cases}
        found = set()
        with tempfile.TemporaryDirectory() as folder:
            _said("tcpflow", "-q", *options, "-r", str(self.corpus.everything), "-o", folder, fine=(0, 1))
            for file in Path(folder).iterdir():
                if names := _FLOW.match(file.name):
                    data, ends = file.read_bytes(), frozenset((_end(*names.groups()[:2]), _end(*names.groups()[2:])))
                    found |= {name for name in self._of_ends[ends] if name in secrets and secrets[name] in data}
        return found

    def tcpflow_http(self) -> set[str]:
        """Tcpflow with its HTTP plugin."""
        return self.tcpflow("-e", "http")

    @cached_property
    def _of_ends(self) -> dict[frozenset[str], set[str]]:
        """The cases with frames between two ends, also within a tunnel."""
        columns = ("frame.number", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport")
        fields = [part for name in columns for part in ("-e", name)]
        of_ends: dict[frozenset[str], set[str]] = defaultdict(set)
        for line in _said(
            "tshark", "-r", str(self.corpus.everything), "-Y", "tcp", "-T", "fields", *fields
        ).splitlines():
            number, *several = (column.split(",") for column in line.split("\t"))
            sources, sources6, from_ports, targets, targets6, to_ports = several
            here = (
                product(filter(None, sources + sources6), from_ports),
                product(filter(None, targets + targets6), to_ports),
            )
            for one, other in product(*here):
                of_ends[frozenset((_end(*one), _end(*other)))] |= self.of_frame[int(number[0])]
        return of_ends


def spellings(secret: bytes) -> list[bytes]:
    """The nine most obvious spellings."""
    cores = []
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + secret + bytes(-(before + len(secret)) % 3 + 3))
        cores.append(encoded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6])
    text = secret.decode()
    return [
        secret, *cores, secret.hex().encode(), quote(secret, safe="").encode(), quote_plus(secret).encode(),
        text.encode("utf-16-le"), text.encode("utf-16-be"),
    ]  # fmt: skip


def _bytes(value: bytes) -> str:
    return value.hex(":")


def _text(value: bytes) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in value) + '"'


def _set(numbers: Iterable[int]) -> str:
    """A set of whole numbers in a display filter."""
    ordered = sorted(numbers)
    gaps = [(first, second) for first, second in pairwise(ordered) if second > first + 1]
    ends = zip([ordered[0], *(begins for _, begins in gaps)], [*(ends for ends, _ in gaps), ordered[-1]], strict=True)
    return "{" + ", ".join(f"{first}..{last}" for first, last in ends) + "}"


def _ngrep(path: Path, secret: bytes) -> bool:
    said = _said("ngrep", "-q", "-I", str(path), "-X", f"0x{secret.hex()}", fine=(0, 1))
    return bool(re.search(r"^\S+ \S+ -> ", said, re.MULTILINE))


def _end(address: str, port: str) -> str:
    """One end of a flow; tcpflow writes numbers with leading zeros."""
    parts = address.split(".")
    return f"{address if len(parts) == 1 else '.'.join(str(int(part)) for part in parts)} {int(port)}"


def missing() -> list[str]:
    """The tools that are not installed."""
    return [tool for tool in ("tshark", "ngrep", "tcpflow") if not shutil.which(tool)]


# By column heading.
RIVALS: dict[str, Callable[[ToolResults], set[str]]] = {
    "`grep -F`": ToolResults.grep,
    "ngrep": ToolResults.ngrep,
    "`frame contains`": ToolResults.frame_contains,
    "Follow stream": ToolResults.follow,
    "tcpflow": ToolResults.tcpflow,
    "`http.file_data`": ToolResults.file_data_contains,
    "tcpflow, HTTP": ToolResults.tcpflow_http,
    "27 terms": ToolResults.many_terms,
}
