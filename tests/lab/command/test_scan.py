"""`overheard scan`: what it takes, what it says, and what it never says. The judge is a stand-in but for the last."""

from __future__ import annotations

import base64
import codecs
import fcntl
import gzip
import html
import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import overheard
from capture.frames import exchange, rewritten
from lab.report.results import shown
from lab.report.scans import ACCOUNT, INCONCLUSIVE, OVERHEARD, PLAIN, PROTECTED, report
from lab.words.verdicts import verdicts
from overheard.command import scanning
from overheard.command.hiding import Hidden
from overheard.command.main import _parser
from overheard.command.progress import amount, progress
from overheard.engines.base import clean_environment
from overheard.report.scan import scanned
from overheard.words.errors import OverheardError
from overheard.words.layer import Layer
from overheard.words.options import Options
from overheard.words.report import Account, Disagreement, Flow, Report
from overheard.words.secret import Secret
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Outcome, Verdict
from overheard_capture.search import Search
from processes import LONG, eventually

if TYPE_CHECKING:
    from collections.abc import Callable


VALUE = "correct horse battery"


class Judge:
    """A judge that says what it is told to, and remembers what it was asked."""

    def __init__(self, says: Report) -> None:
        self.says = says
        self.asked: dict[str, Any] = {}

    def __call__(
        self,
        files: list[str],
        secrets: list[Secret],
        ways: Options,
        **options: Any,  # noqa: ANN401
    ) -> Report:
        chosen = {name: getattr(ways, name) for name in ("any_case", "limits")}
        chosen |= {name: list(getattr(ways, name)) for name in ("only", "without")}
        self.asked = {"files": files, "secrets": secrets, **chosen, "vouched": sorted(ways.vouched), **options}
        return self.says


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    found = Judge(report(password=OVERHEARD))
    monkeypatch.setattr(overheard, "judge", found)
    return found


def scan(*arguments: str) -> int:
    return scanning.scan(_parser().parse_args(["scan", *arguments]))


def command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "overheard", "scan", *arguments],
        env={**clean_environment(), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )


# ---- what it is asked, and asks


def test_what_was_typed_is_what_the_judge_is_asked(judge: Judge, tmp_path: Path) -> None:
    keys = str(tmp_path / "keys")
    scan(
        *(
            "b.pcap",
            "a.pcap",
            "b.pcap",
            "--secret",
            f"x={VALUE}",
            "--keys",
            keys,
            "--vouch",
            "sent",
            "--vouch",
            "whole",
        ),
        *("--only", "10.0.0.7:80", "--without", ":22", "--any-case", "--depth", "3", "--second-witness"),
    )
    asked = judge.asked
    assert asked.pop("progress")
    assert asked.pop("limits").depth == 3
    assert [str(path) for path in asked.pop("keys")] == [keys]
    assert asked == {
        "files": ["b.pcap", "a.pcap"],
        "secrets": [Secret("x", VALUE.encode())],
        "vouched": ["sent", "whole"],
        "only": ["10.0.0.7:80"],
        "without": [":22"],
        "any_case": True,
        "second_witness": True,
    }


@pytest.mark.parametrize(("verdict", "code"), [(PROTECTED, 0), (OVERHEARD, 1), (INCONCLUSIVE, 2)])
def test_the_exit_code_is_that_of_the_gravest_verdict(judge: Judge, verdict: Verdict, code: int) -> None:
    judge.says = report(a=PROTECTED, b=verdict)
    assert scan("a.pcap", "--secret", f"x={VALUE}", "--quiet") == code


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a.pcap", "--vouch", "me"),
        ("a.pcap", "--depth", "-1"),
        ("a.pcap", "--depth", "many"),
        ("a.pcap", "--json", "--sarif"),
        ("a.pcap", "--report", "x.html"),
        ("a.pcap", "--report", "/nowhere/at/all.json"),
    ],
)
def test_what_it_does_not_know_is_an_error_in_words(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        scan(*arguments)
    assert ended.value.code == 2
    assert "usage: overheard scan" in capsys.readouterr().err


def test_its_help_teaches_with_examples_exit_codes_and_a_warning() -> None:
    said = command("--help", COLUMNS="120").stdout
    for words in (
        "0    every secret is PROTECTED",
        "1    a secret was OVERHEARD",
        "2    INCONCLUSIVE",
        "130  interrupted",
        "is visible to everybody on this machine, with `ps`",
        "[[secret]]",
        "| overheard scan -",
        "--vouch whole",
        "--vouch sent",
    ):
        assert words in said
    options = (
        "secret secret-file secret-env secrets keys only without any-case vouch depth second-witness json sarif junit "
        "report flows show-secrets quiet"
    )
    for option in options.split():
        assert re.search(rf"--{option}\b", said), option


def test_its_help_is_quick() -> None:
    """What reads captures is imported when it is needed."""
    loaded = "import sys; from overheard.command.main import _parser; _parser(); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert not {"overheard_capture", "rich", "hyperscan"} & set(modules)


# ---- what it prints


@pytest.mark.usefixtures("judge")
def test_by_default_it_is_text_without_the_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan("a.pcap", "--secret", f"password={VALUE}") == 1
    said = capsys.readouterr()
    assert said.out.startswith("OVERHEARD     password  seen in frame 6, plainly")
    assert said.err == ""


@pytest.mark.usefixtures("judge")
def test_as_data_it_has_everything_and_versions(capsys: pytest.CaptureFixture[str]) -> None:
    scan("a.pcap", "--secret", f"password={VALUE}", "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["outcome"] == "OVERHEARD"
    assert said["exit_code"] == 1
    assert said["versions"]["overheard"] == overheard.__version__
    assert said["verdicts"]["password"]["sightings"][0]["frame"] == 6
    assert [flow["stream"] for flow in said["account"]["flows"]] == [1, 2, 0]


@pytest.mark.usefixtures("judge")
def test_reports_of_every_kind_may_be_left_beside_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
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
def test_reports_may_be_printed_in_place_of_the_text(
    option: str, begins: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scan("a.pcap", "--secret", f"password={VALUE}", option)
    assert capsys.readouterr().out.startswith(begins)


@pytest.mark.usefixtures("judge")
def test_quiet_says_nothing_and_still_leaves_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan("a.pcap", "--secret", f"x={VALUE}", "--quiet", "--report", str(tmp_path / "a.json")) == 1
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "a.json").exists()


@pytest.mark.usefixtures("judge")
def test_a_report_takes_the_place_of_no_capture(tmp_path: Path) -> None:
    capture = tmp_path / "a.json"
    capture.write_bytes(b"capture")
    with pytest.raises(OverheardError, match="would overwrite a capture"):
        scan(str(capture), "--secret", f"x={VALUE}", "--report", str(capture))
    assert capture.read_bytes() == b"capture"


@pytest.mark.usefixtures("judge")
def test_a_report_that_cannot_be_left_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OverheardError, match="cannot write the report"):
        scan("a.pcap", "--secret", f"x={VALUE}", "--report", str(tmp_path / "a.json"))


def test_the_bytes_are_masked_where_no_terminal_is(
    judge: Judge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
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


def test_of_several_files_the_reports_say_which_has_a_frame(
    judge: Judge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [rewritten(tmp_path / name, exchange([b"x"], [])) for name in ("a.pcapng", "b.pcapng")]
    frames = len(exchange([b"x"], []))
    verdict = replace(OVERHEARD, sightings=(replace(PLAIN, frame=frames + 2, frames=(frames + 2,)),))
    judge.says = Report({"password": verdict}, replace(ACCOUNT, files=tuple(map(str, paths))))
    scan(*map(str, paths), "--secret", f"password={VALUE}", "--json")
    places = json.loads(capsys.readouterr().out)["places"]
    assert places == {str(frames + 2): {"file": str(paths[1]), "frame": 2}}


# ---- what it never says


VALUES = ('Xq 07/ü"&%Zv', "plain words here", "qjxzkvWqpt99")


@cache
def hiding(value: str) -> tuple[Hidden, Search]:
    secret = Secret("the-name", value.encode())
    return Hidden([secret]), Search([secret], any_case=True)


SPELLED: list[Callable[[str], str]] = [
    str,
    str.upper,
    quote,
    html.escape,
    lambda text: text[::-1],
    lambda text: json.dumps(text)[1:-1],
    lambda text: text.encode().hex(),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    lambda text: codecs.encode(text, "rot13"),
    "\0".join,
]


@settings(max_examples=40)
@given(st.sampled_from(VALUES), st.data(), verdicts)
def test_no_secret_stands_in_any_output_in_any_spelling(value: str, data: st.DataObject, verdict: Verdict) -> None:
    """Not even where a stranger's name, or a file's, brings one in."""
    hides, search = hiding(value)
    spelled = st.sampled_from(SPELLED).map(lambda spell: spell(value))
    words = st.tuples(st.text(max_size=3), spelled, st.text(max_size=3)).map("".join)
    hostile = replace(
        verdict,
        checks=(
            *verdict.checks,
            Check(next(iter(INCONCLUSIVE.checks)).rule, "code", False, *data.draw(st.tuples(words, words))),
        ),
        sightings=(Sighting("the-name", "plainly", 3, 4, 5, 0, data.draw(words), 7, (3,), (Layer(data.draw(words)),)),),
    )
    flow = Flow(0, "TCP", data.draw(words), data.draw(words), "HTTP/1.1", 0, 0, 1, 1, False, 1, (data.draw(words),))
    account = Account((data.draw(words),), 1, 1, 0.0, {"HTTP/1.1": 1}, (flow,))
    alone = Disagreement("the-name", 3, "tshark", data.draw(words))
    clean = hides.left_out(Report({"the-name": hostile}, account, (alone,)))
    made = scanning._Made(clean, {}, 0.0)  # noqa: SLF001  (the one place where every form is made)
    for said in (*map(made.text, ("json", "sarif", "junit")), shown(scanned(clean, every_flow=True), width=1000)):
        assert search.matches(said.encode(errors="replace")) == []


def test_leaving_secrets_out_changes_nothing_else() -> None:
    before = report(a=PROTECTED, b=INCONCLUSIVE, password=OVERHEARD)
    assert Hidden([Secret("x", b"nothing of the kind")]).left_out(before) == before


@pytest.mark.usefixtures("judge")
def test_a_name_that_holds_a_secret_is_refused_without_saying_it() -> None:
    for arguments in (["--secret", f"{VALUE}={VALUE}"], ["--secret", f"a={VALUE}", "--secret", f"{VALUE} old=another"]):
        with pytest.raises(OverheardError, match="itself contains a secret") as error:
            scan("a.pcap", *arguments)
        assert VALUE not in str(error.value)


# ---- progress and interruption


def test_progress_is_a_line_now_and_then_where_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with progress() as tell:
        for second in range(1, 6):
            now[0] = 100.0 + second
            tell(second * 1_000_000, 8_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "  read 2.0 MB of 8.0 MB, 25%, 1.0 MB a second",
        "  read 4.0 MB of 8.0 MB, 50%, 1.0 MB a second",
    ]


def test_progress_of_a_pipe_has_no_share_and_quiet_has_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    for quiet in (False, True):
        with progress(quiet=quiet) as tell:
            now[0] += 3
            tell(3_000_000, None)
    assert capsys.readouterr().err == "  read 3.0 MB, 1.0 MB a second\n"


def test_on_a_terminal_progress_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as tell:
        tell(5_000_000, 10_000_000)
        tell(10_000_000, 10_000_000)
    assert "reading" in terminal.getvalue()


@pytest.mark.parametrize(
    ("size", "says"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (123_456, "123 kB"), (2_500_000_000, "2.5 GB")]
)
def test_amounts_are_for_people(size: int, says: str) -> None:
    assert amount(size) == says


def waiting(pipe: int) -> int:
    """How many bytes in a pipe nobody has read."""
    (count,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    return int(count)


def test_an_interruption_is_told_and_leaves_no_report(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    arguments = ["-", "--secret", f"x={VALUE}", "--report", str(tmp_path / "a.sarif")]
    process = subprocess.Popen(
        [sys.executable, "-m", "overheard", "scan", *arguments],
        env=clean_environment(),
        stdin=reads,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # The beginning of a section of pcapng. Once it was read, all is imported, and it waits for more.
    os.write(writes, b"\n\r\r\n")
    assert eventually(lambda: waiting(reads) == 0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LONG)
    os.close(reads)
    os.close(writes)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("overheard: interrupted")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


# ---- all of it


@pytest.mark.slow
def test_as_a_command_it_ends_in_words_and_with_its_exit_code(tmp_path: Path) -> None:
    leaks = rewritten(tmp_path / "leaks.pcapng", exchange([f"password={VALUE}".encode()], [b"thanks"]))
    done = command(str(leaks), "--secret-env", "PASSWORD", PASSWORD=VALUE)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("OVERHEARD     PASSWORD  seen in frame 4, plainly")
    assert VALUE not in done.stdout
    clean = rewritten(tmp_path / "clean.pcapng", exchange([b"nothing"], [b"thanks"]))
    done = command(str(clean), "--secret", f"p={VALUE}", "--vouch", "sent", "--vouch", "whole", "--second-witness")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith("PROTECTED     p  all ")
    assert command(str(clean), "--secret", f"p={VALUE}").returncode == Outcome.INCONCLUSIVE.exit_code


@pytest.mark.slow
def test_what_is_packed_is_shown_unpacked_to_an_eye_alone(tmp_path: Path) -> None:
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


def test_what_cannot_be_read_is_no_traceback(tmp_path: Path) -> None:
    done = command(str(tmp_path / "nowhere.pcap"), "--secret", f"p={VALUE}")
    assert done.returncode == 2
    assert "nowhere.pcap cannot be read: No such file or directory" in done.stdout + done.stderr
    done = command("x.pcap")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("overheard: no secret to look for\n")


def test_whoever_reads_the_output_may_stop(tmp_path: Path) -> None:
    leaks = rewritten(tmp_path / "leaks.pcapng", exchange([f"password={VALUE}".encode()], [b"thanks"]))
    process = subprocess.Popen(
        [sys.executable, "-m", "overheard", "scan", str(leaks), "--secret", f"p={VALUE}", "--json"],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=LONG) == 1


# ---- its page


def test_the_page_has_every_option_and_no_other() -> None:
    page = (Path(__file__).parents[3] / "docs" / "witness.md").read_text()
    said = command("--help").stdout
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", said)) - {"--help"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page)) == options


def test_the_page_has_the_exit_codes_of_the_help() -> None:
    page = (Path(__file__).parents[3] / "docs" / "witness.md").read_text()
    codes = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    assert codes == re.findall(r"^  (\d+)  ", command("--help").stdout, re.MULTILINE)
