"""Settings: read once, checked at the start, and named if they are invalid."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.role.settings import Environment
from overheard.words.errors import SettingsError


def env(value: str) -> Environment:
    return Environment({"OVERHEARD_X": value})


def test_each_type_is_read(tmp_path: Path) -> None:
    assert env(" a text ").text("OVERHEARD_X") == " a text "
    assert env("/a/b").path("OVERHEARD_X") == Path("/a/b")
    assert env(str(tmp_path)).folder("OVERHEARD_X") == tmp_path
    assert env("65535").port("OVERHEARD_X") == 65535
    assert env("1").count("OVERHEARD_X") == 1
    assert env("0").number("OVERHEARD_X") == 0
    assert env("two").choice("OVERHEARD_X", ("one", "two")) == "two"
    assert env(" a, b,,c ").words("OVERHEARD_X") == ("a", "b", "c")


def test_the_default_has_the_format_of_the_variable() -> None:
    nothing = Environment({})
    assert nothing.port("OVERHEARD_X", "80") == 80
    assert nothing.words("OVERHEARD_X", "a,b") == ("a", "b")
    assert nothing.choice("OVERHEARD_X", ("one", "two"), "one") == "one"
    assert nothing.text("OVERHEARD_X", "") == ""


@pytest.mark.parametrize("variables", [{}, {"OVERHEARD_X": ""}], ids=["not set", "empty"])
def test_a_missing_required_value_is_an_error_that_names_the_variable(variables: dict[str, str]) -> None:
    for read in (Environment(variables).text, Environment(variables).port, Environment(variables).folder):
        with pytest.raises(SettingsError, match=r"^OVERHEARD_X is not set$"):
            read("OVERHEARD_X")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert env("").port("OVERHEARD_X", "80") == 80


@pytest.mark.parametrize("value", ["0", "65536", "-1", "http", "1.5", "0x50"])
def test_an_invalid_port_is_an_error(value: str) -> None:
    with pytest.raises(SettingsError, match=f"^OVERHEARD_X is {value!r}, which is not a port"):
        env(value).port("OVERHEARD_X")


def test_the_other_types_are_checked_too(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for wrong in ("0", "-1", "many"):
        with pytest.raises(SettingsError, match=f"OVERHEARD_X is '{wrong}', which is not a whole number above 0"):
            env(wrong).count("OVERHEARD_X")
    for wrong in ("-1", "many"):
        with pytest.raises(SettingsError, match="a whole number, 0 or more"):
            env(wrong).number("OVERHEARD_X")
    for wrong in (str(file), str(tmp_path / "nowhere")):
        with pytest.raises(SettingsError, match="an existing folder"):
            env(wrong).folder("OVERHEARD_X")
    with pytest.raises(SettingsError, match="OVERHEARD_X is 'three', which is not one of one, two"):
        env("three").choice("OVERHEARD_X", ("one", "two"))


@given(st.text())
def test_any_value_of_a_port_is_a_port_or_an_error(value: str) -> None:
    try:
        port = env(value).port("OVERHEARD_X")
    except SettingsError:
        return
    assert 0 < port < 65536


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("acorn\n")
    assert env(str(tmp_path / "key")).content("OVERHEARD_X") == "acorn"
    assert env("").content("OVERHEARD_X") == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is empty"), (b" \n", "is empty"), (b"\xff", "cannot be read"), (None, "cannot be read")],
)
def test_a_file_without_a_secret_is_an_error(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"^OVERHEARD_X: {file} {says}"):
        env(str(file)).content("OVERHEARD_X")
