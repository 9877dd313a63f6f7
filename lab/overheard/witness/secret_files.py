"""Secrets in files: one, or a folder of them, as a container gets them mounted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import SettingsError
from overheard.words.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Nobody searches for a secret larger than this.
_LARGEST = 1 << 20


def mounted(paths: Iterable[Path]) -> list[Secret]:
    """A secret for each file, by its name, and for each file in a folder, except those whose names begin with a dot.

    Raises SettingsError, which never contains a value.
    """
    secrets = [of_file(file.name, str(file)) for path in paths for file in _files(path)]
    names = [secret.name for secret in secrets]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"there are two secrets with the name {name!r}", hint="give each a name of its own")
    return secrets


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    try:
        # Kubernetes keeps the values in a hidden folder, to which the names are links.
        found = sorted(file for file in path.iterdir() if not file.name.startswith(".") and not file.is_dir())
    except OSError as problem:
        raise SettingsError(f"the folder of secrets {path} cannot be read: {problem.strerror}") from None
    if not found:
        raise SettingsError(f"there is no secret in the folder {path}", hint="mount a file for each, named after it")
    yield from found


def checked(name: str, value: bytes, where: str) -> Secret:
    """A secret, which is not empty. Raises SettingsError."""
    if not value:
        raise SettingsError(f"the secret {name!r} is empty{where}", hint="every capture would contain it")
    if not name.isprintable():
        raise SettingsError(f"the name {name!r} cannot be printed", hint="use printable characters in the name")
    return Secret(name, value)


def of_file(name: str, path: str) -> Secret:
    """The secret in a file, without the newline at its end. Raises SettingsError."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as problem:
        words = getattr(problem, "strerror", None) or "there is no such file"
        raise SettingsError(f"the secret {name!r} cannot be read from {path!r}: {words}") from None
    if len(content) > _LARGEST:
        raise SettingsError(f"the secret {name!r} in {path!r} is larger than {_LARGEST >> 20} MiB")
    # Editors end a file with a newline, on Windows with two bytes. Only one is removed: a secret may end in others.
    end = 2 if content.endswith(b"\r\n") else 1 if content.endswith(b"\n") else 0
    return checked(name, content[: len(content) - end], f" in {path!r}")
