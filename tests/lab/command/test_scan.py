"""`overheard scan`: its options, its help, the page on it, and its end. The judge is a stub, except in whole runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from capture.frames import exchange, rewritten
from lab.command.judge_stub import VALUE, StubJudge, command, scan
from lab.report.scans import INCONCLUSIVE, NOT_SENT, OVERHEARD, PROTECTED, report
from overheard.engines.base import clean_environment
from overheard.words.secret import Secret
from overheard.words.verdict import Outcome, Verdict
from processes import LONG


def test_the_judge_gets_the_given_options(judge: StubJudge, tmp_path: Path) -> None:
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
            "--require",
            "sealed",
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
        "required": ["sealed"],
        "only": ["10.0.0.7:80"],
        "without": [":22"],
        "any_case": True,
        "second_witness": True,
    }


@pytest.mark.parametrize(("verdict", "code"), [(PROTECTED, 0), (OVERHEARD, 1), (INCONCLUSIVE, 2), (NOT_SENT, 2)])
def test_the_exit_code_is_that_of_the_worst_verdict(judge: StubJudge, verdict: Verdict, code: int) -> None:
    judge.says = report(a=PROTECTED, b=verdict)
    assert scan("a.pcap", "--secret", f"x={VALUE}", "--quiet") == code


@pytest.mark.parametrize(
    ("words", "verdict", "code"),
    [
        (("overheard",), OVERHEARD, 1),
        (("overheard",), INCONCLUSIVE, 0),
        (("overheard",), NOT_SENT, 0),
        (("inconclusive",), NOT_SENT, 2),
        (("inconclusive",), OVERHEARD, 0),
        (("inconclusive", "overheard"), INCONCLUSIVE, 2),
    ],
)
def test_it_fails_on_the_given_outcomes_alone(
    judge: StubJudge, words: tuple[str, ...], verdict: Verdict, code: int
) -> None:
    judge.says = report(a=verdict)
    assert scan("--secret", f"x={VALUE}", "--quiet", "--fail-on", *words, "a.pcap") == code
    assert judge.asked["files"] == ["a.pcap"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.pcap", "--fail-on", "a.pcap"),
        ("a.pcap", "--require", "silence"),
        ("a.pcap", "--vouch", "me"),
        ("a.pcap", "--depth", "-1"),
        ("a.pcap", "--depth", "many"),
        ("a.pcap", "--json", "--sarif"),
        ("a.pcap", "--report", "x.html"),
        ("a.pcap", "--report", "/nowhere/at/all.json"),
    ],
)
def test_unknown_arguments_are_an_error_without_a_traceback(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        scan(*arguments)
    assert ended.value.code == 64
    assert "usage: overheard scan" in capsys.readouterr().err


def test_its_help_has_examples_exit_codes_and_a_warning() -> None:
    said = command("--help", COLUMNS="120").stdout
    for words in (
        "0    every secret is PROTECTED",
        "1    a secret, or a credential, was OVERHEARD",
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
        "secret secret-file secret-env secrets keys only without any-case vouch require fail-on depth second-witness "
        "json sarif junit report flows show-secrets quiet"
    )
    for option in options.split():
        assert re.search(rf"--{option}\b", said), option


def test_its_help_is_quick() -> None:
    """What reads captures is imported when it is needed."""
    loaded = "import sys; from overheard.command.main import _parser; _parser(); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert not {"overheard_capture", "rich", "hyperscan"} & set(modules)


def test_the_page_has_exactly_the_options() -> None:
    page = (Path(__file__).parents[3] / "docs" / "witness.md").read_text()
    said = command("--help").stdout
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", said)) - {"--help"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page)) == options


def test_the_page_has_the_exit_codes_of_the_help() -> None:
    page = (Path(__file__).parents[3] / "docs" / "witness.md").read_text()
    codes = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    assert codes == re.findall(r"^  (\d+)  ", command("--help").stdout, re.MULTILINE)


@pytest.mark.slow
def test_the_command_ends_with_a_message_and_its_exit_code(tmp_path: Path) -> None:
    leaks = rewritten(tmp_path / "leaks.pcapng", exchange([f"password={VALUE}".encode()], [b"thanks"]))
    done = command(str(leaks), "--secret-env", "PASSWORD", PASSWORD=VALUE)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("OVERHEARD     PASSWORD  seen in frame 4, plainly")
    assert VALUE not in done.stdout
    clean = rewritten(tmp_path / "clean.pcapng", exchange([b"nothing"], [b"thanks"]))
    done = command(str(clean), "--secret", f"p={VALUE}", "--vouch", "sent", "--vouch", "whole", "--second-witness")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.startswith("PROTECTED     p  searched: 13 bytes of plain text in clear; all ")
    assert command(str(clean), "--secret", f"p={VALUE}").returncode == Outcome.INCONCLUSIVE.exit_code


@pytest.mark.slow
def test_an_unreadable_file_causes_no_traceback(tmp_path: Path) -> None:
    done = command(str(tmp_path / "nowhere.pcap"), "--secret", f"p={VALUE}")
    assert done.returncode == 2
    assert "nowhere.pcap cannot be read: No such file or directory" in done.stdout + done.stderr
    # An empty name is a variable of the shell that is not set.
    for done in (command(), command("")):
        assert (done.returncode, done.stdout) == (64, "")
        assert done.stderr.startswith("overheard: no capture is given\n")


def test_a_reader_of_the_output_may_stop(tmp_path: Path) -> None:
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
