"""The imports of the command: a small scan starts quickly only if it imports nothing that it does not use."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from overheard.engines.base import clean_environment

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = b"POST / HTTP/1.1\r\nHost: squirrel.example\r\nContent-Length: 20\r\n\r\npassword=fluffy tail"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nacorns!"

# Each with its submodules: what a scan of HTTP in clear does not need for any output format.
UNUSED = [
    "asyncio",
    "brotli",
    "cryptography",
    "_hashlib",
    "flask",
    "gunicorn",
    "hpack",
    "hyperscan",
    "importlib.metadata",
    "pyshark",
    "requests",
    "ssl",
    "string",
    "tempfile",
    "tomllib",
    "yaml",
    "backports",
    "compression.zstd",
    "overheard.certificates",
    "overheard.engines.local",
    "overheard.role.files",
    "overheard.words.chapters",
    "overheard.words.dissected",
    "overheard.words.gallery",
    "overheard.words.recording",
    "overheard.words.story",
    "overheard_capture.captures.not_captures",
    "overheard_capture.decoders.compression.libraries",
    "overheard_capture.decoders.documents.reader",
    "overheard_capture.decoders.keys",
    "overheard_capture.decoders.protobuf",
    # Without a secret alone.
    "overheard_capture.credentials",
    "overheard_capture.judge.credentials",
    "overheard_capture.judge.second_witness",
    "overheard_capture.protocols.dns",
    "overheard_capture.protocols.http2.frames",
    "overheard_capture.protocols.http2.reader",
    "overheard_capture.protocols.quic",
    "overheard_capture.protocols.telnet",
    "overheard_capture.protocols.tls.record_layer",
    "overheard_capture.protocols.tls.records",
    "overheard_capture.protocols.tls.state_machine",
    "overheard_capture.protocols.websocket",
    "overheard_capture.scan.endpoints",
    "overheard_capture.sidecar",
    "overheard_capture.wireshark.key_logs",
    "overheard_capture.wireshark.tshark",
]
# Rich is for text only, and the version needs none of them.
TEXT = ["random", "rich", "overheard.report.scan", "overheard.report.sarif"]
# Only a report in JSON needs it.
JSON = ["json"]
SCAN = ["dataclasses", "json", "overheard.report", "overheard.words.verdict", "overheard_capture"]


def imported(*arguments: str) -> set[str]:
    """The modules that `overheard` imports with these arguments, from its first line on."""
    command = [sys.executable, "-X", "importtime", "-m", "overheard", *arguments]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, 1), done.stderr
    return set(re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", done.stderr, re.MULTILINE))


def test_the_named_modules_exist() -> None:
    """A module that was renamed would never be imported."""
    assert [each for each in [*UNUSED, *TEXT, *SCAN] if each.startswith("overheard") and not find_spec(each)] == []


def of(names: list[str], modules: set[str]) -> list[str]:
    """Those of the modules that have one of the names, or are submodules of one."""
    return sorted(each for each in modules for name in names if each == name or each.startswith(f"{name}."))


# Counted in a process of its own: what is defined, and compiled, between the first line and the end of a scan.
_COUNTED = """
import collections, dataclasses, re._compiler, sys
counts = collections.Counter()

def counted(module, name):
    whole = getattr(module, name)
    def count(*given, **named):
        counts[name] += 1
        return whole(*given, **named)
    setattr(module, name, count)

counted(dataclasses, "_create_fn")
counted(re._compiler, "compile")
from overheard.command import main
try:
    main()
finally:
    print(counts["_create_fn"], counts["compile"], file=sys.stderr)
"""
# How many methods of dataclasses, rich's included, and regular expressions are compiled, with some room.
MOST_METHODS, MOST_EXPRESSIONS = 40, 92


@pytest.mark.slow
def test_a_scan_compiles_little(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "login.pcapng", exchange([REQUEST], [ANSWER]))
    command = [sys.executable, "-c", _COUNTED, "scan", str(path), "--secret", "password=fluffy tail"]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False)
    methods, expressions = map(int, done.stderr.splitlines()[-1].split())
    assert 0 < methods <= MOST_METHODS
    assert 0 < expressions <= MOST_EXPRESSIONS


@pytest.mark.slow
@pytest.mark.parametrize(
    ("printed", "unused"), [((), UNUSED + JSON), (("--json",), UNUSED + TEXT), (("--quiet",), UNUSED + TEXT + JSON)]
)
def test_a_scan_imports_only_what_it_uses(printed: tuple[str, ...], unused: list[str], tmp_path: Path) -> None:
    path = rewritten(tmp_path / "login.pcapng", exchange([REQUEST], [ANSWER]))
    modules = imported("scan", str(path), "--secret", "password=fluffy tail", *printed)
    assert "overheard_capture.protocols.http1.reader" in modules
    assert of(unused, modules) == []


def test_the_version_imports_almost_nothing() -> None:
    modules = imported("--version")
    assert "overheard.command.main" in modules
    assert of([*UNUSED, *TEXT, *SCAN], modules) == []
