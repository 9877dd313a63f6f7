"""Passwords that are typed at a prompt, as in telnet and rlogin: only what is displayed before tells what they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from overheard_capture.credentials.kind import CredentialKind, CredentialRange
from overheard_capture.credentials.values import is_placeholder

# The last line on a terminal. `Password for nut: `, `nut@oak's password: `, `Enter pass phrase for key: `.
_PROMPT = re.compile(
    rb"(?i)(?:.*[^a-z_-])?(?:pass ?(?:word|wd|code|phrase)|passwort|kennwort|mot de passe|contrase(?:\xc3\xb1|\xf1|n)a|"
    rb"senha|wachtwoord)(?: \([^()]{1,40}\)| (?:for|of) [^\s:]{1,80}(?: [^\s:]{1,80})?)?[ ]?[:>][ ]?"
)
_LONGEST = 512


def is_password(prompt: bytes, typed: bytes) -> bool:
    """Whether a line that was `typed` is a password: the last line before it, the `prompt`, asked for one."""
    is_asked = len(typed) <= _LONGEST and _PROMPT.fullmatch(prompt) is not None
    return is_asked and not is_placeholder(typed) and not _PROMPT.fullmatch(typed)


@dataclass(frozen=True)
class TypedKind:
    """The kind: it has no shape of its own, so that a search finds none in bytes."""

    code: str = "typed-password"
    anchors: tuple[bytes, ...] = ()
    any_case: bool = False

    def find(self, text: bytes, at: int) -> tuple[CredentialRange, ...]:  # noqa: ARG002 - whatever it is
        """None."""
        return ()


TYPED: tuple[CredentialKind, ...] = (TypedKind(),)
