"""Passwords typed at a prompt: told by what is displayed before them, and by nothing else."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from capture.frames import dialogue, rewritten
from overheard import judge
from overheard.words.verdict import CREDENTIALS
from overheard_capture.credentials.typed import is_password

if TYPE_CHECKING:
    from pathlib import Path

# What a side says; the client begins with ">", and "<" is the answer.
_LOGIN = [(">", b"\xff\xfd\x03"), ("<", b"\xff\xfb\x01\r\nlogin: "), (">", b"nut\r\0"), ("<", b"nut\r\n")]
Said = list[tuple[str, bytes]]


def letters(line: bytes, *, echo: bool = False) -> Said:
    """A line that is typed letter by letter."""
    sides = ((">", bytes([letter])) for letter in line)
    return [each for side in sides for each in ((side, ("<", side[1])) if echo else (side,))]


def found(path: Path, said: Said) -> tuple[list[tuple[str, ...]], set[bytes]]:
    """The layers of each password in a connection on which this was said; and what to mask of all of them."""
    report = judge(rewritten(path / "said.pcapng", dialogue(said)))
    seen = report.verdicts[CREDENTIALS].sightings
    assert {each.spelling for each in seen} <= {"typed-password"}
    return [each.layers for each in seen], {secret.value for secret in report.found}


FIRES: dict[str, tuple[Said, tuple[str, ...]]] = {
    "telnet, letter by letter": ([*_LOGIN, ("<", b"Password: "), *letters(b"acorns7\r")], ("telnet",)),
    "telnet, line by line": ([*_LOGIN, ("<", b"Password: "), (">", b"acorns7\r\0"), ("<", b"\r\nhi\r\n")], ("telnet",)),
    "a mistake that is corrected": (
        [*_LOGIN, ("<", b"Password: "), *letters(b"acx\x7forns7\r")],
        ("telnet",),
    ),
    "stars instead of letters": (
        [*_LOGIN, ("<", b"Password: "), (">", b"a"), ("<", b"*"), (">", b"corns7"), ("<", b"******"), (">", b"\r")],
        ("telnet",),
    ),
    "rlogin": ([(">", b"\0me\0nut\0xterm/38400\0"), ("<", b"\0Password: "), *letters(b"acorns7\r")], ()),
    "rlogin with the size of a window": (
        [
            *((">", b"\0me\0nut\0xterm/38400\0"), ("<", b"\0Password: ")),
            *((">", b"\xff\xffss\0\x18\0\x50\x02\x80\x01\xe0"), *letters(b"acorns7\r")),
        ],
        (),
    ),
    "a shell without telnet": ([("<", b"# "), (">", b"su\n"), ("<", b"Password: "), (">", b"acorns7\n")], ()),
    "colours": ([("<", b"\x1b[1mEnter password\x1b[0m: "), (">", b"acorns7\n")], ()),
    "a prompt in two pieces": ([*_LOGIN, ("<", b"Pass"), ("<", b"word: "), *letters(b"acorns7\r")], ("telnet",)),
}
SILENT: dict[str, Said] = {
    "nothing typed": [*_LOGIN, ("<", b"Password: "), (">", b"\r\0")],
    "what is displayed": [*_LOGIN, ("<", b"Password: "), (">", b"acorns7"), ("<", b"acorns7"), (">", b"\r")],
    "typed before the prompt": [*_LOGIN, (">", b"acorns7\r\0"), ("<", b"Password: ")],
    "after the line of the prompt": [*_LOGIN, ("<", b"Password: none\r\n$ "), (">", b"ls\r\0")],
    "a user name": [*_LOGIN[:2], (">", b"nut\r\0")],
    "a mailbox": [("<", b"331 Password required:\r\n"), (">", b"NOOP\r\n")],
    "a question": [("<", b"Change your password? "), (">", b"yes\n")],
    "one side alone": [("<", b"the Password: acorns7\n")],
    "both sides ask": [(">", b"Password: "), ("<", b"Password: ")],
}


@pytest.mark.parametrize("name", FIRES)
def test_a_typed_password_is_found_once(name: str, tmp_path: Path) -> None:
    said, layers = FIRES[name]
    seen, values = found(tmp_path, said)
    assert seen == [layers]
    assert b"acorns7" in values


@pytest.mark.parametrize("name", SILENT)
def test_what_looks_like_it_is_none(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, SILENT[name]) == ([], set())


def test_a_second_try_is_found_as_well(tmp_path: Path) -> None:
    tries = [[("<", b"Password: "), (">", word + b"\r\0"), ("<", b"\r\nno\r\n")] for word in (b"acorns6", b"acorns7")]
    seen, values = found(tmp_path, [*_LOGIN, *itertools.chain(*tries)])
    assert seen == [("telnet",)] * 2
    assert values >= {b"acorns6", b"acorns7"}


def test_what_is_typed_late_is_not_looked_for(tmp_path: Path) -> None:
    """Only so much of each side is kept."""
    much = [("<", b"x" * 1000 + b"\r\n")] * 9
    assert found(tmp_path, [*much, ("<", b"Password: "), (">", b"acorns7\n")]) == ([], set())


def test_where_secrets_are_named_only_these_are_found(tmp_path: Path) -> None:
    said, _ = FIRES["telnet, letter by letter"]
    path = rewritten(tmp_path / "said.pcapng", dialogue(said))
    report = judge(path, {"other": "walnuts 7 and more"})
    assert not report.verdicts["other"].sightings


PROMPTS = (
    *(b"Password: ", b"password:", b"Password for nut: ", b"nut@oak's password: ", b"[sudo] password for nut: "),
    *(b"Enter passphrase for key '/nut': ", b"Enter PASSCODE: ", b"Password>", b"Passwort: ", b"Mot de passe : "),
    *(b"Password (again): ", b"oak login password:"),
)
NO_PROMPTS = (b"", b"login: ", b"password", b"Password: x", b"The password is: acorn ", b"nopassword:", b"passwords: ")


def test_a_prompt_ends_with_what_it_asks_for() -> None:
    assert [prompt for prompt in PROMPTS if not is_password(prompt, b"acorns7")] == []
    assert [prompt for prompt in NO_PROMPTS if is_password(prompt, b"acorns7")] == []


def test_a_placeholder_and_a_whole_text_are_no_password() -> None:
    assert not is_password(b"Password: ", b"****")
    assert not is_password(b"Password: ", b"acorns7" * 100)
