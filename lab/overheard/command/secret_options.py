"""The secrets that the user named: on the command line, in files, in the environment, in a list."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overheard.witness.secret_files import checked, of_file
from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from overheard.words.secret import Secret

_SOURCES = ("value", "file", "env")
_FORMS = {
    "--secret": "NAME=VALUE",
    "--secret-file": "NAME=PATH",
    "--secret-env": "NAME=VARIABLE, or NAME alone",
}
_A_LIST = 'a list has one [[secret]] table per secret, with a name and one of value, file, env: see "overheard scan -h"'


def secrets(given: Iterable[tuple[str, str]]) -> list[Secret]:
    """The secrets, from options and their arguments. Raises SettingsError, which never contains a value."""
    found = [secret for option, text in given for secret in _given(option, text)]
    names = [secret.name for secret in found]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"there are two secrets with the name {name!r}", hint="give each a name of its own")
    return found


def read_from(given: Iterable[tuple[str, str]]) -> Iterator[Path]:
    """The files that secrets, and lists of them, are read from."""
    for option, text in given:
        if option == "--secret-file":
            yield Path(text.partition("=")[2])
        elif option == "--secrets":
            yield (path := Path(text))
            # What is not a file was read, and cannot be read again.
            if not path.is_file():
                continue
            yield from (path.parent / table["file"] for table in _tables(path) if "file" in table)


def _given(option: str, text: str) -> Iterator[Secret]:
    if option == "--secrets":
        yield from _listed(Path(text))
        return
    name, equals, rest = text.partition("=")
    if not name or not (equals or option == "--secret-env"):
        # What was typed may be the secret itself.
        raise SettingsError(f"{option} needs a name", hint=f"write {option} {_FORMS[option]}")
    yield _READ[option.removeprefix("--secret").removeprefix("-") or "value"](name, rest or _default(option, name))


def _default(option: str, name: str) -> str:
    return name if option == "--secret-env" else ""


def _of_value(name: str, value: str) -> Secret:
    return checked(name, os.fsencode(value), "")


def _of_environment(name: str, variable: str) -> Secret:
    value = os.environb.get(os.fsencode(variable))
    if value is None:
        raise SettingsError(
            f"the secret {name!r} is not in the environment: there is no variable {variable}",
            hint="export it, or name another: --secret-env NAME=VARIABLE",
        )
    return checked(name, value, f" in the environment variable {variable}")


_READ: dict[str, Callable[[str, str], Secret]] = {"value": _of_value, "file": of_file, "env": _of_environment}


def _listed(path: Path) -> Iterator[Secret]:
    for number, table in enumerate(_tables(path), 1):
        yield _of_table(path, number, table)


def _tables(path: Path) -> list[Any]:
    import tomllib  # noqa: PLC0415  (few have a list)

    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except OSError as problem:
        raise SettingsError(f"the list of secrets {path} cannot be read: {problem.strerror}") from None
    except (ValueError, RecursionError) as problem:
        raise SettingsError(f"the list of secrets {path} is not TOML: {_fault(problem)}", hint=_A_LIST) from None
    tables = content.pop("secret", None)
    if content or not isinstance(tables, list) or not tables:
        raise SettingsError(f"the list of secrets {path} has something other than [[secret]]", hint=_A_LIST)
    return tables


def _fault(problem: ValueError | RecursionError) -> str:
    """Why something is not TOML: the place of the error, without the text there."""
    match problem:
        case RecursionError():
            return "its values are nested too deeply"
        case UnicodeDecodeError():
            return "it is not text"
    # Python converts numbers of 4,300 digits at most, and has no place for that.
    return str(problem).rpartition(" (at ")[2].rstrip(")") if " (at " in str(problem) else "a number is too long"


def _of_table(path: Path, number: int, table: Mapping[str, Any] | object) -> Secret:
    def wrong(words: str) -> SettingsError:
        return SettingsError(f"secret {number} of {path} {words}", hint=_A_LIST)

    if not isinstance(table, dict):
        raise wrong("is not a table")
    if unknown := [key for key in table if key not in ("name", *_SOURCES)]:
        raise wrong(f"has {', '.join(map(repr, unknown))}, which is unknown")
    sources = [key for key in _SOURCES if key in table]
    if not isinstance(table.get("name"), str) or not table["name"]:
        raise wrong("has no name")
    if len(sources) != 1 or not isinstance(table[sources[0]], str):
        raise wrong("needs exactly one of value, file and env, as a string")
    (source,) = sources
    text = table[source]
    # A file is relative to the list, wherever the command was run.
    return _READ[source](table["name"], str(path.parent / text) if source == "file" else text)
