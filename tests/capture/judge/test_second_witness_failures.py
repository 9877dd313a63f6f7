"""When tshark fails as the second witness, and what of its environment it must not depend on."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from capture.judge.tshark_queries import SECRET, VALUE, answer, recorded, seen_in
from overheard.words.errors import UnreadableError
from overheard_capture.judge.second_witness import WitnessOptions, query_tshark
from overheard_capture.wireshark import fields as dissected_fields
from overheard_capture.wireshark.fields import fields

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_a_missing_tshark_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = recorded(tmp_path / "http.pcapng", [answer(b"x")])
    fields.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError, match="tshark was not found"):
        query_tshark([path], [SECRET])
    fields.cache_clear()


def test_a_tshark_that_lists_no_fields_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, "exit 0")
    fields.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableError, match="did not list its fields"):
        dissected_fields.fields()
    fields.cache_clear()


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("sleep 30", "did not finish http.pcapng within 0.3 s"),
        ("echo 'it is broken' >&2; exit 4", "could not read http.pcapng: it is broken"),
        ("exit 1", "could not read http.pcapng: no reason was given"),
    ],
)
def test_a_tshark_that_fails_is_an_error_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, says: str
) -> None:
    path = recorded(tmp_path / "http.pcapng", [answer(b"x")])
    dissected_fields.fields()
    stub(tmp_path, does)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(UnreadableError, match=says):
        query_tshark([path], [SECRET], WitnessOptions(patience=0.3))


def stub(folder: Path, does: str) -> None:
    """A program called tshark that does something else."""
    program = folder / "tshark"
    program.write_text(f"#!/bin/sh\nexec 2>&2\n{does.replace('sleep', 'exec /bin/sleep')}\n")
    program.chmod(0o755)


def test_no_secret_is_on_a_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every user of the machine could read it there."""
    path = recorded(tmp_path / "http.pcapng", [answer(b"x")])
    dissected_fields.fields()
    stub(tmp_path, f'echo "$@" >> {tmp_path}/said')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    query_tshark([path], [SECRET])
    # The number of a temporary folder may have any digits.
    said = (tmp_path / "said").read_text().replace(str(tmp_path), "")
    assert "-Y ${secret0}" in said
    assert "fluffy" not in said
    assert "66" not in said


def test_user_preferences_do_not_change_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("WIRESHARK_CONFIG_DIR", str(tmp_path))
    (tmp_path / "preferences").write_text("http.decompress_body: FALSE\n")
    (tmp_path / "disabled_protos").write_text("http\n")
    body = answer(gzip.compress(VALUE), b"Content-Encoding: gzip")
    assert seen_in(recorded(tmp_path / "gzip.pcapng", [body]))["message"]
