"""`overheard list`, `explain` and `errors`, as a user runs them."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from lab.command.process import overheard, overheard_reading
from overheard.words.gallery import FAULTS, ROWS
from overheard.words.story import SCENARIOS


def test_the_list_has_every_scenario_in_the_order_of_the_story() -> None:
    done = overheard("list")
    assert done.returncode == 0
    names = [line.split()[0] for line in done.stdout.splitlines() if line.strip()]
    assert [name for name in names if name in {each.name for each in SCENARIOS}] == [each.name for each in SCENARIOS]
    for scenario in SCENARIOS:
        assert scenario.title in done.stdout
        assert scenario.expected.outcome in done.stdout


def test_the_list_is_available_as_json() -> None:
    listed = json.loads(overheard("list", "--json").stdout)
    assert [each["name"] for each in listed] == [each.name for each in SCENARIOS]
    assert {each["expected"] for each in listed} == {each.expected.outcome for each in SCENARIOS}


def test_a_chapter_is_printed_and_its_answer_only_on_request() -> None:
    (scenario,) = (each for each in SCENARIOS if each.name == "diffie-hellman")
    done, answered = overheard("explain", scenario.name), overheard("explain", scenario.name, "--answer")
    squeezed = " ".join(done.stdout.split())
    chapter = scenario.chapter
    for text in (*chapter.story, *chapter.look, *chapter.aside, chapter.question, chapter.try_this.happens):
        assert " ".join(text.split()) in squeezed
    for reading in chapter.reading:
        assert reading.where in done.stdout
        assert reading.url in done.stdout
    assert f"- {chapter.try_this.line}" in done.stdout
    assert f"+ {chapter.try_this.instead}" in done.stdout
    answer = " ".join(chapter.answer.split())
    assert answer not in squeezed
    assert answer in " ".join(answered.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("explain", "defie-hellman"), "diffie-hellman"),
        (("run", "http", "htps"), "https"),
        (("run", "mtls"), "mutual-tls"),
    ],
)
def test_a_misspelt_name_gets_a_suggestion(arguments: tuple[str, ...], meant: str) -> None:
    done = overheard(*arguments)
    assert done.returncode == 64
    assert f"overheard: there is no scenario '{arguments[-1]}' (did you mean " in done.stderr
    assert meant in done.stderr
    assert "`overheard list` lists them all" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pasted_error_gets_its_cause_and_cure() -> None:
    (row,) = (each for each in ROWS if each.name == "expired")
    done = overheard("errors", "certificate verify failed: certificate has expired (_ssl.c:997)")
    assert done.returncode == 0
    squeezed = " ".join(done.stdout.split())
    for text in (row.name, row.cause, row.cure, "the alert certificate_expired from the client"):
        assert " ".join(text.split()) in squeezed
    # Several words need no quotes.
    assert overheard("errors", "certificate", "has", "expired").stdout == done.stdout


@pytest.mark.parametrize("text", ["no such thing is said by any library", "zzz"])
def test_an_unknown_error_is_reported_and_fails(text: str) -> None:
    done = overheard("errors", text)
    assert (done.returncode, done.stdout) == (1, "")
    assert "No row of the gallery matches this" in done.stderr
    assert json.loads(overheard("errors", "--json", text).stdout) == []


def test_without_a_text_every_row_is_listed() -> None:
    done = overheard("errors")
    assert done.returncode == 0
    for fault in FAULTS:
        assert fault.name in done.stdout
        assert " ".join(fault.wrong.split()[:3]) in done.stdout


def test_the_faults_are_available_as_json() -> None:
    listed = json.loads(overheard("errors", "--json").stdout)
    assert listed == json.loads(json.dumps([asdict(fault) for fault in FAULTS]))
    (told,) = json.loads(overheard("errors", "--json", "fine\n[SSL: DH_KEY_TOO_SMALL] dh key too small").stdout)
    assert (told["name"], told["line"]) == ("dh-key-too-small", 2)


def test_a_log_on_standard_input_has_each_error_told_with_its_line() -> None:
    log = b"10:00 certificate has expired\r\n10:01 fine\r\n10:02 \x1b[31mdh key too small\x1b[0m \xff\x00\r\n"
    done = overheard_reading(log, "errors", "-")
    assert done.returncode == 0
    assert "line 3: 10:02 \\x1b[31mdh key too small" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stdout.index("dh-key-too-small: ") < done.stdout.index("expired: ")


def test_a_fault_of_two_errors_is_told_once() -> None:
    done = overheard("errors", "10:00:00 certificate has expired\n10:00:01 NET::ERR_CERT_DATE_INVALID")
    assert done.stdout.count("\nexpired: ") == 1
    assert "see above" in done.stdout


@pytest.mark.parametrize("text", ["CERTIFICATE_VERIFY_FAILED", "SSLError"])
def test_a_text_that_is_too_general_gets_a_question_back(text: str) -> None:
    done = overheard("errors", text)
    assert (done.returncode, done.stdout) == (1, "")
    assert "?" in done.stderr
    assert "overheard show https://HOST" in " ".join(done.stderr.split())
    assert json.loads(overheard("errors", "--json", text).stdout) == []


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff\xfe", b"\x00" * 100, b"-----"])
def test_what_has_no_error_fails_without_a_traceback(data: bytes) -> None:
    done = overheard_reading(data, "errors", "-")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_log_of_20_megabytes_is_read_in_bounded_memory() -> None:
    """It needs 36 MB of data; 30 MB more, if it kept the lines."""
    line = b"2026-01-01T00:00:00Z app INFO the certificate of api.example.org has been renewed, all is well\n"
    log = line * 104_000 + b"[SSL: DH_KEY_TOO_SMALL] dh key too small\n" + line * 104_000
    done = overheard_reading(log, "errors", "--json", "-", memory=48 << 20)
    assert [(told["name"], told["line"]) for told in json.loads(done.stdout)] == [("dh-key-too-small", 104_001)]
