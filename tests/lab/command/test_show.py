"""`overheard show`: files, servers, standard input, and errors for wrong usage."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from lab.certificates.faults import ISSUING, ROOT
from lab.certificates.making import NOW, revocations, server
from lab.certificates.mutations import documents
from lab.certificates.serving import serving
from overheard.command import show, showing
from overheard.words.errors import OverheardError
from processes import LONG

if TYPE_CHECKING:
    from pathlib import Path

LEAF = server(ISSUING)


def shown(*arguments: str) -> int:
    """The exit code, from the command line."""
    parser = argparse.ArgumentParser(prog="overheard")
    show.add_parser(parser.add_subparsers())
    return showing.show_certificates(parser.parse_args(["show", *arguments]))


@pytest.fixture
def root(tmp_path: Path) -> str:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    return str(tmp_path / "root.pem")


@pytest.fixture
def chain(tmp_path: Path) -> str:
    (tmp_path / "chain.pem").write_bytes(LEAF.pem + ISSUING.pem)
    return str(tmp_path / "chain.pem")


def test_a_file_is_shown(chain: str, root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(chain, "--host", "localhost", "--ca", root) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{chain}: 2 certificates\n")
    assert 'I am "a server" according to "an issuing CA".' in said
    assert "Nothing wrong was found" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("options", "row"),
    [
        (("--host", "elsewhere"), "wrong-host"),
        (("--at", f"{NOW + timedelta(days=40):%Y-%m-%d}"), "expired"),
        (("--at", f"{NOW - timedelta(days=40):%Y-%m-%dT%H:%M}"), "not-yet-valid"),
    ],
)
def test_findings_of_a_file_are_shown(
    chain: str, options: tuple[str, ...], row: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(chain, *options) == 1
    assert f"\n  {row}: " in capsys.readouterr().out


def test_an_untrusted_chain_is_a_finding(chain: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(server(None).pem)
    assert shown(chain, "--ca", str(other)) == 1
    assert "unknown-root" in capsys.readouterr().out


def test_a_revoked_certificate_is_a_finding(chain: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists = tmp_path / "crl.pem"
    lists.write_bytes(revocations(ISSUING, LEAF).public_bytes(Encoding.PEM))
    assert shown(chain, "--crl", str(lists)) == 1
    assert "revoked" in capsys.readouterr().out


def test_a_revocation_list_that_cannot_be_read_is_a_finding(
    chain: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = tmp_path / "crl.pem"
    good = revocations(ISSUING).public_bytes(Encoding.PEM)
    lists.write_bytes(good + good.replace(b"MI", b"MA", 1))
    assert shown(chain, "--crl", str(lists)) == 1
    assert "crl-unreadable" in capsys.readouterr().out


def test_a_request_is_shown_and_is_no_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "request").write_bytes(documents()["csr"])
    assert shown(str(tmp_path / "request")) == 2
    said = capsys.readouterr().out
    assert "A certificate signing request" in said
    assert "There is no certificate in it" in said
    assert "not checked" not in said


def test_output_in_ascii_shows_other_letters_as_escapes(chain: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "overheard", "show", chain]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=LONG, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert b"1  From 2026-" in done.stdout


@pytest.mark.parametrize("data", [LEAF.pem, LEAF.der])
def test_standard_input_is_shown(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert shown("-") == 0
    assert capsys.readouterr().out.startswith("standard input: 1 certificate\n")


def test_a_server_is_shown(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving([LEAF, ISSUING]) as port:
        assert shown(f"https://localhost:{port}", "--ca", root) == 0
        assert "   requests     raises no error\n" in capsys.readouterr().out
        assert shown(f"https://localhost:{port}") == 1
    said = capsys.readouterr().out
    assert "   requests     SSLError: HTTPSConnectionPool(host='localhost', port=" in said
    assert "unable to get local issuer certificate (_ssl.c:" in said
    assert "\n  unknown-root: " in said


def test_everything_is_available_as_json(chain: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(chain, "--host", "elsewhere", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert said["what"] == chain
    assert [finding["row"] for finding in said["wrong"]] == ["wrong-host"]
    assert len(said["certificates"]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("/nowhere/at/all.pem",), "/nowhere/at/all.pem cannot be read: No such file or directory"),
        (("/",), "/ cannot be read: Is a directory"),
        (("example.org:443",), "for a server, write https://"),
        (("http://localhost",), "there is no certificate, and everybody"),
        (("https://127.0.0.1:1",), "waited for 127.0.0.1:1 to answer, but Connection refused"),
        (("https://localhost", "--host", "x"), "--host is for files"),
        (("CHAIN", "--ca", "/nowhere.pem"), "/nowhere.pem cannot be read"),
        (("CHAIN", "--crl", "CHAIN"), "there is no revocation list in"),
    ],
)
def test_if_there_is_no_certificate_the_error_says_why(chain: str, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(OverheardError) as error:
        shown(*(chain if argument == "CHAIN" else argument for argument in arguments))
    assert says in str(error.value)
    assert error.value.hint


@pytest.mark.parametrize("arguments", [(), ("a", "b"), ("a", "--at", "tomorrow")])
def test_unknown_arguments_are_an_error_without_a_traceback(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        shown(*arguments)
    assert ended.value.code == 2
    assert "usage: overheard" in capsys.readouterr().err


def test_its_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        shown("--help")
    said = capsys.readouterr().out
    for line in (
        "overheard show https://",
        "| overheard show -",
        "0    nothing wrong",
        "2    there was no certificate",
    ):
        assert line in said
    for option in ("--ca", "--crl", "--host", "--at", "--json"):
        assert option in said


def test_the_command_ends_with_a_message_and_its_exit_code(chain: str, tmp_path: Path) -> None:
    def overheard(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "overheard", "show", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=LONG, check=False)

    assert overheard(chain).returncode == 0
    assert overheard(chain, "--host", "elsewhere").returncode == 1
    nowhere = overheard(str(tmp_path / "nowhere"))
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert nowhere.stderr.startswith(f"overheard: {tmp_path / 'nowhere'} cannot be read: ")
    assert "Traceback" not in nowhere.stderr
