"""Texts from outside (names of files and hosts, headers, certificates), made safe to show.

A terminal obeys control characters, a reader is deceived by text that runs backwards or has no width, and the log of a
CI job obeys commands in its lines.
"""

from __future__ import annotations

import re

# Where a command of GitHub (`::error::`, `##[error]`), Azure (`##vso[...]`) or TeamCity (`##teamcity[...]`) may begin.
# What follows the colons in an IPv6 address is hexadecimal, which the name of no command is.
_COMMAND = re.compile(r":(?=:[A-Fa-f]*[G-Zg-z-])|#(?=#\w*\[)")


def escaped(text: str) -> str:
    """`text` in one line, with a backslash sequence for everything that is not to be seen or that a CI job may obey."""
    text = printable(text)
    return _COMMAND.sub(lambda sign: f"\\x{ord(sign[0]):02x}", text) if "::" in text or "##" in text else text


def printable(text: str) -> str:
    """`text` in one line, with a backslash sequence for everything that is not to be seen."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
