"""`overheard scan FILE` without a secret, and what is required of endpoints."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest
from rich.console import Console

from capture.frames import exchange, rewritten
from lab.command.judge_stub import VALUE, StubJudge, scan
from lab.report.scans import PROTECTED, report
from overheard.command import scan as scan_options
from overheard.report import console
from overheard.report.labels import CURES, LABELS
from overheard.witness.redaction import CredentialRedactor
from overheard.words.errors import SettingsError
from overheard.words.options import REQUIRED, SEALED
from overheard.words.secret import Secret
from overheard_capture.credentials.table import KINDS

ROOT = Path(__file__).parents[3]
LOGIN = b'{"user": "nut", "password": "%b"}' % VALUE.encode()
POST = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(LOGIN), LOGIN)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def leaks(tmp_path: Path) -> str:
    """A capture with a login in it, twice."""
    return str(rewritten(tmp_path / "leaks.pcapng", exchange([POST, POST], [OK, OK])))


def test_a_file_alone_shows_the_credentials_and_the_flows(leaks: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(leaks) == 1
    said = capsys.readouterr().out
    assert said.startswith(
        "OVERHEARD     credentials  field of JSON that is named like a secret, 2 times, in frame 4\n"
    )
    assert "→ change it, and send it over HTTPS alone" in said
    assert "127.0.0.1:45000 → 127.0.0.1:5683" in said
    assert VALUE[:4] not in said
    assert VALUE[-4:] not in said


@pytest.mark.parametrize("kind", ["--json", "--sarif", "--junit"])
def test_no_report_has_the_value(leaks: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(leaks, kind) == 1
    said = capsys.readouterr().out
    assert VALUE not in said
    assert "json-field" in said or LABELS["json-field"] in said


def test_json_has_the_kind_and_the_count(leaks: str, capsys: pytest.CaptureFixture[str]) -> None:
    scan(leaks, "--json")
    (seen,) = json.loads(capsys.readouterr().out)["verdicts"]["credentials"]["sightings"]
    assert (seen["spelling"], seen["times"], seen["frame"]) == ("json-field", 2, 4)


def test_a_credential_is_shown_on_demand_alone(leaks: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(leaks) == 1
    assert "··" in capsys.readouterr().out
    assert scan(leaks, "--show-secrets") == 1
    assert "··" not in capsys.readouterr().out


def test_on_a_terminal_it_is_masked_as_well(
    leaks: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "console", lambda: Console(force_terminal=True, width=200))
    assert scan(leaks) == 1
    said = capsys.readouterr().out
    assert "\x1b[" in said
    assert "··" in said


def test_a_value_is_masked_wherever_else_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = f"capture of {VALUE}.pcapng"
    assert scan(str(rewritten(tmp_path / name, exchange([POST], [OK])))) == 1
    assert VALUE not in capsys.readouterr().out


def test_the_password_is_masked_where_it_is_near_its_encoded_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = b"acorns 4 all"
    basic = b"Authorization: Basic " + base64.b64encode(b"nut:" + password)
    form = b"password=acorns%204+all"
    for head, body in ((basic, b""), (b"Accept: */*", form)):
        text = body + b"\r\nwelcome, " + password
        request = b"POST / HTTP/1.1\r\n%b\r\nContent-Length: %d\r\n\r\n%b" % (head, len(text), text)
        assert scan(str(rewritten(tmp_path / "echo.pcapng", exchange([request], [OK])))) == 1
        shown = capsys.readouterr().out.partition("what was read")[0]
        dumped = "".join(line[58:] for line in shown.splitlines() if line[2:3] == "0")
        assert "welcome, ····" in dumped
        assert "acorns" not in dumped


def test_thousands_of_credentials_are_masked_in_time() -> None:
    redactor = CredentialRedactor([Secret("session", b"%040x" % number**9) for number in range(10**3, 4 * 10**3)])
    texts = [f"{kind}.pcapng" for kind in ("oak", "nut", f"{2000**9:040x}")] * 1000
    began = time.process_time()
    assert redactor.redacted(texts) == ["oak.pcapng", "nut.pcapng", "(a credential of 47 bytes)"] * 1000
    assert time.process_time() - began < 1


def test_no_kind_of_credential_is_without_label_and_cure() -> None:
    codes = {kind.code for kind in KINDS}
    assert codes <= set(LABELS)
    assert codes == set(CURES)
    page = (ROOT / "docs" / "witness.md").read_text()
    assert {code for code in codes if f"`{code}`" not in page} == set()
    assert f"finds {len(codes)} kinds of credentials" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("option", [["--any-case"], ["--second-witness"], ["--vouch", "sent"]])
def test_options_that_are_about_a_secret_need_one(leaks: str, option: list[str]) -> None:
    with pytest.raises(SettingsError, match="is about a secret"):
        scan(leaks, *option)


@pytest.mark.parametrize(
    ("arguments", "files", "required", "endpoints"),
    [
        (["a", "--require", "sealed"], ["a"], ["sealed"], []),
        (["--require", "sealed", "a", "b"], ["a", "b"], ["sealed"], []),
        (["--require", "sealed", "web:8443", ":22", "a"], ["a"], ["sealed"], ["web:8443", ":22"]),
        (["a", "--require", "sealed", "[::1]:443", "--flows"], ["a"], ["sealed"], ["[::1]:443"]),
        (["--require", "sealed", "10.0.0.7:1", "-"], ["-"], ["sealed"], ["10.0.0.7:1"]),
        (["a", "--require", "sealed", ":1", "--require", "sealed"], ["a"], ["sealed"], []),
        (["a", "--require", "no-media", "--require", "sealed", ":1"], ["a"], ["no-media", "sealed"], [":1"]),
        (["--require", "no-media", ":1"], [":1"], ["no-media"], []),
    ],
)
def test_endpoints_follow_sealed_and_files_remain_files(
    judge: StubJudge, arguments: list[str], files: list[str], required: list[str], endpoints: list[str]
) -> None:
    judge.says = report(credentials=PROTECTED)
    assert scan(*arguments) == 0
    assert judge.asked["files"] == files
    assert judge.asked["required"] == required
    assert judge.asked["sealed_endpoints"] == endpoints
    assert judge.asked["secrets"] is None


@pytest.mark.parametrize("word", ["::1:443", "10.0.0.0/8:443", "10.0.0.7:", "oak:443,444", "http://oak:443", ":018443"])
def test_a_mistaken_endpoint_is_no_missing_capture(leaks: str, word: str) -> None:
    with pytest.raises(SettingsError, match="is no endpoint"):
        scan(leaks, "--require", "sealed", word)


def test_a_capture_that_is_named_like_a_mistaken_endpoint_is_one(leaks: str) -> None:
    path = Path(leaks).rename(Path(leaks).with_name("oak:443,444"))
    assert scan("--require", "sealed", str(path)) == 1


def test_what_may_be_required_is_what_the_judge_knows() -> None:
    assert (scan_options.REQUIRED, scan_options.SEALED) == (REQUIRED, SEALED)


def test_the_words_after_require_are_in_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        scan("--help")
    assert "[--require WHAT [HOST:PORT ...]]" in capsys.readouterr().out
