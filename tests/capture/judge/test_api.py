"""Judging files: their names in messages, and failures of tshark."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from capture.frames import exchange, rewritten
from capture.recordings import reasons
from overheard import judge
from overheard.engines.base import clean_environment
from overheard.words.errors import SettingsError, UnreadableError
from overheard.words.options import Options
from overheard.words.verdict import Outcome
from overheard_capture.wireshark import merged, tshark
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from pathlib import Path

    from capture.recordings import Recordings

OTHER = "somebody else's word"


def scanned(path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """The output of `overheard scan -` for the contents of a file, with these environment variables."""
    with path.open("rb") as file:
        return subprocess.run(
            [sys.executable, "-m", "overheard", "scan", "-", *arguments, "--secret", f"it={OTHER}"],
            stdin=file,
            capture_output=True,
            env={**clean_environment(), **variables},
            check=False,
        )


@pytest.mark.parametrize("form", [[], ["--json"], ["--sarif"], ["--junit"]])
def test_standard_input_keeps_its_name_where_a_copy_is_made(recordings: Recordings, form: list[str]) -> None:
    """tshark, which decrypts TLS with the keys, cannot read a pipe."""
    said = scanned(recordings.path("https"), "--keys", str(recordings.keys), *form)
    assert said.returncode == 2
    assert b"/tmp" not in said.stdout + said.stderr
    if form == ["--json"]:
        result = json.loads(said.stdout)
        assert result["account"]["files"] == ["-"]
        assert any("the key log decrypts" in check["says"] for check in result["verdicts"]["it"]["checks"])
    elif not form:
        assert b"s of traffic: -\n" in said.stdout


def test_keys_embedded_in_standard_input_are_not_used(recordings: Recordings, tmp_path: Path) -> None:
    """Its contents were read by then, and tshark would have to read them again."""
    both = tmp_path / "both.pcapng"
    subprocess.run(
        ["editcap", "--inject-secrets", f"tls,{recordings.keys}", str(recordings.path("https")), str(both)], check=True
    )
    (of_pipe,) = _present(json.loads(scanned(both, "--json").stdout))
    (of_file,) = _present(judge(both, {"it": OTHER}).to_json())
    assert "decrypts" in of_file["says"]
    assert of_pipe["says"] == "keys are embedded in standard input, which can be read only once"
    assert of_pipe["hint"] == "save it as a file, and judge that"


def _present(report: dict[str, Any]) -> list[dict[str, str]]:
    return [check for check in report["verdicts"]["it"]["checks"] if check["code"] == "present"]


def test_damage_in_standard_input_is_reported_as_without_keys(recordings: Recordings, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.write_bytes(b"this is no capture, and never was")
    with_keys = json.loads(scanned(nothing, "--keys", str(recordings.keys), "--json").stdout)
    without = json.loads(scanned(nothing, "--json").stdout)
    for result in (with_keys, without):
        assert result["account"]["files"] == ["-"]
    assert with_keys["verdicts"] == without["verdicts"]


@pytest.fixture
def two(recordings: Recordings, tmp_path: Path) -> list[Path]:
    """A recording in two files: one connection, and everything before."""
    other = rewritten(tmp_path / "other.pcapng", exchange([b"GET / HTTP/1.1\r\n\r\n"], [b"HTTP/1.1 204 No\r\n\r\n"]))
    return [other, recordings.path("https")]


def test_several_files_are_decrypted_with_the_keys(recordings: Recordings, two: list[Path]) -> None:
    verdict = judge(two, {"message": "fluffy tail"}, Options(vouched=["whole"]), keys=[recordings.keys]).verdicts[
        "message"
    ]
    assert (verdict.outcome, verdict.presence) == (Outcome.PROTECTED, "key log")


@pytest.mark.parametrize("trouble", ["missing", "failing"])
def test_failure_to_merge_files_is_a_reason(
    recordings: Recordings, two: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """As if tshark were missing: no error that aborts everything."""
    programs = tmp_path / "programs"
    programs.mkdir()
    if trouble == "failing":
        (programs / "mergecap").write_text("#!/bin/sh\necho 'no room left' >&2\nexit 1\n")
        (programs / "mergecap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/nowhere" if trouble == "missing" else f"{programs}:/usr/bin:/bin")
    for options in ({"keys": [recordings.keys]}, {"second_witness": True, "options": Options(vouched=["sent"])}):
        verdict = judge(two, {"message": "fluffy tail"}, **options).verdicts["message"]
        assert verdict.outcome is Outcome.INCONCLUSIVE
        result = {check.code: check.says for check in verdict.reasons}
        assert "mergecap" in result["present" if "keys" in options else "second-witness"]


@pytest.mark.parametrize("options", [["--keys"], ["--second-witness", "--vouch", "sent"]], ids=lambda value: value[0])
def test_no_reason_names_a_temporary_copy(
    recordings: Recordings, two: list[Path], tmp_path: Path, options: list[str]
) -> None:
    """Its error message names the copy that mergecap was given."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "mergecap").write_text('#!/bin/sh\necho "one of these is broken: $*" >&2\nexit 2\n')
    (programs / "mergecap").chmod(0o755)
    keys = [str(recordings.keys)] if options == ["--keys"] else []
    said = scanned(recordings.path("https"), str(two[0]), *options, *keys, PATH=f"{programs}:/usr/bin:/bin")
    assert b"one of these is broken: -a -w merged.pcapng other.pcapng standard input\n" in said.stdout
    assert b"/overheard-" not in said.stdout + said.stderr


def test_files_are_merged_only_if_necessary(two: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise UnreadableError("nobody asked for that")

    monkeypatch.setattr(merged, "merge_files", never)
    verdict = judge(two, {"message": "fluffy tail"}, Options(vouched=["whole", "sent"])).verdicts["message"]
    assert reasons(verdict) == set()


def test_tshark_decrypts_a_stream_once_for_all_secrets(recordings: Recordings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    real = tshark.tshark

    def note(capture: tshark.TsharkInput, *arguments: str, keys: TlsKeys) -> str:
        asked.append(arguments)
        return real(capture, *arguments, keys=keys)

    monkeypatch.setattr(tshark, "tshark", note)
    report = judge(recordings.path("https"), {"one": OTHER, "two": OTHER.upper()}, keys=[recordings.keys])
    assert len(asked) == 1
    for verdict in report.verdicts.values():
        assert "present" in reasons(verdict)


def test_invalid_input_is_an_error(recordings: Recordings) -> None:
    path = recordings.path("https")
    with pytest.raises(SettingsError, match="no capture is given"):
        judge([], {"it": OTHER})
    with pytest.raises(SettingsError, match="'all' cannot be vouched for"):
        judge(path, {"it": OTHER}, Options(vouched=["all"]))
    with pytest.raises(UnreadableError, match=r"the keys in .* cannot be read"):
        judge(path, {"it": OTHER}, keys=[path.parent / "nowhere.keys"])


def test_hosts_may_be_named_and_what_matches_nothing_is_said(tmp_path: Path) -> None:
    path = rewritten(tmp_path / "named.pcapng", exchange([b"GET / HTTP/1.1\r\n\r\n"], [b"x"]))
    # The frames are of 127.0.0.1.
    by_name = judge(path, {"it": OTHER}, Options(only=("localhost:5683",)))
    assert "something" not in reasons(by_name.verdicts["it"])
    nothing = judge(path, {"it": OTHER}, Options(only=("10.9.9.9",)))
    (said,) = (check for check in nothing.verdicts["it"].reasons if check.code == "something")
    assert "--only and --without left out " in said.says
    assert "all flows are listed" in said.hint
    with pytest.raises(SettingsError, match="nobody knows the address"):
        judge(path, {"it": OTHER}, Options(without=("no.such.invalid",)))


def test_a_capture_may_have_the_longest_name(tmp_path: Path) -> None:
    """No file can have that of the notes beside it."""
    path = rewritten(tmp_path / f"{'n' * 250}.pcap", exchange([b"GET /?fluffy HTTP/1.1\r\n\r\n"], []))
    assert judge(path, {"it": "fluffy"}).outcome is Outcome.OVERHEARD


def test_a_folder_is_no_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (".", "/", str(tmp_path)):
        (check,) = judge(path, {"it": OTHER}).verdicts["it"].checks
        assert check.says.endswith("cannot be read: Is a directory")
