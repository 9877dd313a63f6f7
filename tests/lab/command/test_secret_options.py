"""The secrets that the user names: every source, and errors that contain no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.command.secret_options import secrets
from overheard.words.errors import OverheardError
from overheard.words.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "correct horse"


def test_they_are_in_the_order_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "t1")
    monkeypatch.setenv("OTHER", "t2")
    (tmp_path / "file").write_bytes(b"from a file\n")
    (tmp_path / "list.toml").write_text(
        '[[secret]]\nname = "listed"\nvalue = "ä"\n[[secret]]\nname = "beside"\nfile = "file"\n'
        '[[secret]]\nname = "set"\nenv = "TOKEN"\n'
    )
    given = [
        ("--secret-env", "TOKEN"),
        ("--secret", f"password={VALUE}=1"),
        ("--secrets", str(tmp_path / "list.toml")),
        ("--secret-file", f"file={tmp_path / 'file'}"),
        ("--secret-env", "renamed=OTHER"),
    ]
    assert [(secret.name, secret.value) for secret in secrets(given)] == [
        ("TOKEN", b"t1"),
        ("password", b"correct horse=1"),
        ("listed", "ä".encode()),
        ("beside", b"from a file"),
        ("set", b"t1"),
        ("file", b"from a file"),
        ("renamed", b"t2"),
    ]


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"x", b"x"),
        (b"x\n", b"x"),
        (b"x\n\n", b"x\n"),
        (b"x\r\n", b"x"),
        (b"x\r", b"x\r"),
        (b" x \n", b" x "),
        (b"\nx\x00\xff", b"\nx\x00\xff"),
    ],
)
def test_one_line_end_of_a_file_is_removed(tmp_path: Path, content: bytes, value: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert secrets([("--secret-file", f"a={tmp_path / 'file'}")]) == [Secret("a", value)]


def test_a_binary_value_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "\udcff\udcfe")
    assert secrets([("--secret-env", "TOKEN"), ("--secret", "a=\udcff")]) == [
        Secret("TOKEN", b"\xff\xfe"),
        Secret("a", b"\xff"),
    ]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([("--secret", VALUE)], "--secret needs a name"),
        ([("--secret", f"={VALUE}")], "--secret needs a name"),
        ([("--secret-file", VALUE)], "--secret-file needs a name"),
        ([("--secret-env", f"={VALUE}")], "--secret-env needs a name"),
        ([("--secret", "a=")], "the secret 'a' is empty"),
        ([("--secret", f"a\x07={VALUE}")], "cannot be printed"),
        ([("--secret", f"a={VALUE}"), ("--secret", "a=other")], "two secrets with the name 'a'"),
        ([("--secret-file", "a=/nowhere/at/all")], "cannot be read from '/nowhere/at/all': No such file"),
        ([("--secret-file", "a=/")], "cannot be read from '/': Is a directory"),
        ([("--secret-file", "a=\0")], "cannot be read from '\\x00': there is no such file"),
        ([("--secret-file", "a=/dev/null")], "is empty in '/dev/null'"),
        ([("--secret-file", "a=/dev/zero")], "larger than 1 MiB"),
        ([("--secret-env", "NOT_SET")], "there is no variable NOT_SET"),
        ([("--secret-env", "a=EMPTY")], "is empty in the environment variable EMPTY"),
        ([("--secrets", "/nowhere.toml")], "/nowhere.toml cannot be read: No such file"),
    ],
)
def test_errors_contain_no_value(given: list[tuple[str, str]], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTY", "")
    with pytest.raises(OverheardError) as error:
        secrets(given)
    assert says in str(error.value)
    assert VALUE not in str(error.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "has something other than [[secret]]"),
        (b"[secret]\nname = 'a'\nvalue = 'correct horse'", "has something other than [[secret]]"),
        (b"secret = ['correct horse']", "secret 1 of LIST is not a table"),
        (b"[[secret]]\nname = 'a'\nvalue = 'correct horse'\n[other]\n", "has something other than [[secret]]"),
        (b"[[secret]]\nvalue = 'correct horse'", "secret 1 of LIST has no name"),
        (b"[[secret]]\nname = 7\nvalue = 'correct horse'", "secret 1 of LIST has no name"),
        (b"[[secret]]\nname = 'a'", "secret 1 of LIST needs exactly one of value, file and env"),
        (b"[[secret]]\nname = 'a'\nvalue = 5", "secret 1 of LIST needs exactly one of value, file and env"),
        (b"[[secret]]\nname = 'a'\nvalue = 'correct horse'\nenv = 'X'", "needs exactly one of value, file and env"),
        (b"[[secret]]\nname = 'a'\nvlaue = 'correct horse'", "has 'vlaue', which is unknown"),
        (b"[[secret]]\nname = 'a'\nvalue = ''", "the secret 'a' is empty"),
        (b"[[secret]]\nname = 'a'\nvalue = correct horse", "is not TOML: line 3, column 9"),
        (b"[[secret]]\nname = '\xff'", "is not TOML: it is not text"),
        (
            b"[[secret]]\nname = 'correct horse'\nvalue = " + b"[" * 5000,
            "is not TOML: its values are nested too deeply",
        ),
        (b"[[secret]]\nname = 'correct horse'\nvalue = " + b"9" * 5000, "is not TOML: a number is too long"),
    ],
)
def test_errors_of_a_list_contain_no_value(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "list.toml"
    path.write_bytes(content)
    with pytest.raises(OverheardError) as error:
        secrets([("--secrets", str(path))])
    assert says.replace("LIST", str(path)) in str(error.value)
    assert VALUE not in str(error.value)
