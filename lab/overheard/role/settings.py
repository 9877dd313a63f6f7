"""Settings come only from `OVERHEARD_*` variables, are read in one place per role, and are checked at its start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from overheard.words.errors import SettingsError

_T = TypeVar("_T")


class Environment:
    """The environment of a role. Errors name the variable.

    Every method takes the variable's name and a default in the variable's own format; without a default the variable
    must be set. An empty variable counts as not set.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str | None = None) -> str:
        """Any text."""
        if value := self._variables.get(name, ""):
            return value
        if default is None:
            raise SettingsError(f"{name} is not set")
        return default

    def path(self, name: str, default: str | None = None) -> Path:
        """A file system path."""
        return Path(self.text(name, default))

    def optional_path(self, name: str) -> Path | None:
        """A file system path; None if the variable is not set."""
        text = self.text(name, "")
        return Path(text) if text else None

    def content(self, name: str) -> str:
        """The secret in a file; empty if the variable is not set."""
        file = self.optional_path(name)
        return secret_in(file, name) if file else ""

    def folder(self, name: str, default: str | None = None) -> Path:
        """An existing folder."""
        return self._checked(name, default, Path, Path.is_dir, "an existing folder")

    def port(self, name: str, default: str | None = None) -> int:
        """A TCP or UDP port."""
        return self._checked(name, default, int, lambda port: 0 < port < 65536, "a port (1 to 65535)")

    def count(self, name: str, default: str | None = None) -> int:
        """A whole number above 0."""
        return self._checked(name, default, int, lambda number: number > 0, "a whole number above 0")

    def number(self, name: str, default: str | None = None) -> int:
        """A whole number, 0 or more."""
        return self._checked(name, default, int, lambda number: number >= 0, "a whole number, 0 or more")

    def choice(self, name: str, choices: Iterable[str], default: str | None = None) -> str:
        """One of a few words."""
        known = tuple(choices)
        return self._checked(name, default, str, known.__contains__, f"one of {', '.join(known)}")

    def words(self, name: str, default: str | None = None) -> tuple[str, ...]:
        """A list of words, separated by commas."""
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())

    def _checked(
        self, name: str, default: str | None, read: Callable[[str], _T], fits: Callable[[_T], bool], what: str
    ) -> _T:
        text = self.text(name, default)
        try:
            value = read(text)
            if fits(value):
                return value
        except ValueError:
            pass
        raise SettingsError(f"{name} is {text!r}, which is not {what}")


def secret_in(file: Path, name: str) -> str:
    """The secret in `file`, without white space around it.

    Raises SettingsError, which names the variable `name`, if the file cannot be read, or is empty.
    """
    try:
        secret = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError(
            f"{name}: {file} cannot be read ({problem})", hint="check that it exists, is text, and who may read it"
        ) from None
    if not secret:
        raise SettingsError(f"{name}: {file} is empty", hint="write the secret into it, or name another file")
    return secret
