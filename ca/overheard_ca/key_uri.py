"""Where a key in a token is: a URI of PKCS #11 (RFC 7512). Imports only the standard library, as the settings do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

_EXAMPLE = "pkcs11:token=tests;object=issuing?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/run/pin"


@dataclass(frozen=True)
class KeyUri:
    """A key in a token: the library of the token, its label, the label of the key, and the file with the PIN."""

    module: Path
    token: str
    label: str
    pin_file: Path

    @classmethod
    def read(cls, text: str) -> Self:
        """The location that a URI names. Raises ValueError."""
        scheme, colon, rest = text.partition(":")
        path, _, query = rest.partition("?")
        if scheme != "pkcs11" or not colon:
            raise ValueError("it does not begin with pkcs11:")
        found = {**_attributes(path, ";"), **_attributes(query, "&")}
        if "pin-value" in found:
            raise ValueError("the PIN is in it: put it into a file, and name that with pin-source")
        wanted = ("module-path", "token", "object", "pin-source")
        if missing := [name for name in wanted if not found.get(name)]:
            raise ValueError(f"it has no {missing[0]}; it has to be like {_EXAMPLE}")
        if unknown := sorted(set(found) - {*wanted, "type"}):
            raise ValueError(f"{unknown[0]} is not understood")
        return cls(Path(found["module-path"]), found["token"], found["object"], _file(found["pin-source"]))


def _attributes(text: str, separator: str) -> dict[str, str]:
    parts = (part.partition("=") for part in text.split(separator) if part)
    return {name: unquote(value) for name, _, value in parts}


def _file(source: str) -> Path:
    """The file that a pin-source is, as its path or its URI."""
    return Path(urlsplit(source).path) if source.startswith("file:") else Path(source)
