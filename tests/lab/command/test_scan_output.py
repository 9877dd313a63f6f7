"""The output of `overheard scan`: text, JSON, and reports. The judge is a stub, except for decoded content."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import overheard
from capture.frames import exchange, rewritten
from lab.command.judge_stub import VALUE, StubJudge, command, scan
from lab.report.scans import ACCOUNT, OVERHEARD, PLAIN
from overheard.words.errors import OverheardError
from overheard.words.report import Report


@pytest.mark.usefixtures("judge")
def test_by_default_it_is_text_without_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan("a.pcap", "--secret", f"password={VALUE}") == 1
    said = capsys.readouterr()
    assert said.out.startswith("OVERHEARD     password  seen in frame 6, plainly")
    assert said.err == ""


@pytest.mark.usefixtures("judge")
def test_json_has_everything_and_versions(capsys: pytest.CaptureFixture[str]) -> None:
    scan("a.pcap", "--secret", f"password={VALUE}", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["outcome"] == "OVERHEARD"
    assert said["exit_code"] == 1
    assert said["versions"]["overheard"] == overheard.__version__
    assert said["verdicts"]["password"]["sightings"][0]["frame"] == 6
    assert [flow["stream"] for flow in said["account"]["flows"]] == [1, 2, 0]


@pytest.mark.usefixtures("judge")
def test_reports_of_every_format_may_be_written_besides_the_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / name for name in ("a.json", "a.sarif", "a.xml")]
    arguments = [word for file in files for word in ("--report", str(file))]
    scan("a.pcap", "--secret", f"password={VALUE}", *arguments)
    assert capsys.readouterr().out.startswith("OVERHEARD")
    assert json.loads(files[0].read_text())["outcome"] == "OVERHEARD"
    assert json.loads(files[1].read_text())["version"] == "2.1.0"
    assert ET.fromstring(files[2].read_text().partition("\n")[2]).tag == "testsuites"  # noqa: S314  (our own)
    assert sorted(tmp_path.iterdir()) == files


@pytest.mark.parametrize(("option", "begins"), [("--sarif", "{"), ("--junit", "<?xml ")])
@pytest.mark.usefixtures("judge")
def test_reports_may_be_printed_instead_of_the_text(
    option: str, begins: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scan("a.pcap", "--secret", f"password={VALUE}", option)
    assert capsys.readouterr().out.startswith(begins)


@pytest.mark.usefixtures("judge")
def test_in_a_job_of_github_it_is_annotated_beside_the_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    scan("a.pcap", "--secret", f"password={VALUE}", "--json")
    said = capsys.readouterr()
    assert json.loads(said.out)["outcome"] == "OVERHEARD"
    assert said.err.startswith("::error title=OVERHEARD%3A password::seen in frame 6, plainly")
    scan("a.pcap", "--secret", f"password={VALUE}", "--quiet")
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("judge")
def test_quiet_prints_nothing_and_still_writes_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan("a.pcap", "--secret", f"x={VALUE}", "--quiet", "--report", str(tmp_path / "a.json")) == 1
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "a.json").exists()


@pytest.mark.usefixtures("judge")
def test_a_report_overwrites_no_capture(tmp_path: Path) -> None:
    capture = tmp_path / "a.json"
    capture.write_bytes(b"capture")
    with pytest.raises(OverheardError, match="would overwrite a capture"):
        scan(str(capture), "--secret", f"x={VALUE}", "--report", str(capture))
    assert capture.read_bytes() == b"capture"


@pytest.mark.usefixtures("judge")
def test_a_report_that_cannot_be_written_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OverheardError, match="cannot write the report"):
        scan("a.pcap", "--secret", f"x={VALUE}", "--report", str(tmp_path / "a.json"))


def test_the_bytes_are_masked_unless_on_a_terminal(
    judge: StubJudge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = b"POST / HTTP/1.1\r\n\r\npassword=" + VALUE.encode()
    path = rewritten(tmp_path / "a.pcapng", exchange([sent], []))
    seen = replace(PLAIN, frame=4, offset=54 + sent.index(VALUE.encode()), frames=(4,))
    verdict = replace(OVERHEARD, sightings=(seen,))
    judge.says = Report({"password": verdict}, replace(ACCOUNT, files=(str(path),)))
    scan(str(path), "--secret", f"password={VALUE}")
    said = capsys.readouterr().out
    assert "→ " in said
    assert "··" in said
    assert "corre" not in said
    scan(str(path), "--secret", f"password={VALUE}", "--show-secrets")
    said = capsys.readouterr().out
    assert "··" not in said
    assert "63 6f 72 72" in said
    scan(str(path), "--secret", f"password={VALUE}", "--sarif")
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    at = result["locations"][0]["physicalLocation"]["region"]
    assert path.read_bytes()[at["byteOffset"] :][: at["byteLength"]] == VALUE.encode()


def test_with_several_files_reports_name_the_file_of_a_frame(
    judge: StubJudge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [rewritten(tmp_path / name, exchange([b"x"], [])) for name in ("a.pcapng", "b.pcapng")]
    frames = len(exchange([b"x"], []))
    verdict = replace(OVERHEARD, sightings=(replace(PLAIN, frame=frames + 2, frames=(frames + 2,)),))
    judge.says = Report({"password": verdict}, replace(ACCOUNT, files=tuple(map(str, paths))))
    scan(*map(str, paths), "--secret", f"password={VALUE}", "--json")
    places = json.loads(capsys.readouterr().out)["places"]
    assert places == {str(frames + 2): {"file": str(paths[1]), "frame": 2}}


@pytest.mark.slow
def test_decompressed_content_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    body = gzip.compress(f'{{"role":"admin","password":"{VALUE}"}}'.encode())
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    packed = str(rewritten(tmp_path / "packed.pcapng", exchange([b"GET / HTTP/1.1\r\n\r\n"], [answer])))
    shown = command(packed, "--secret", f"p={VALUE}", "--show-secrets").stdout
    assert f'decoded: {{"role":"admin","password":"»{VALUE}«"}}' in shown
    for form in ([], ["--json"], ["--sarif"], ["--junit"]):
        said = command(packed, "--secret", f"p={VALUE}", *form).stdout
        assert "gzip" in said
        assert VALUE not in said
        assert "admin" not in said
