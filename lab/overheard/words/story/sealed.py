"""The second part: strong ciphers, and keys that both sides must share."""

from __future__ import annotations

from overheard.words.chapters import sealed as chapters
from overheard.words.scenario import Attempt, Disguise, Expectation, Need, Scenario, SharedKey
from overheard.words.services import HTTP
from overheard.words.verdict import Outcome

SCENARIOS = (
    Scenario(
        name="fernet",
        title="encrypted with a key that both sides were given",
        attempts=(
            Attempt("with the shared key", HTTP, Disguise.FERNET),
            Attempt("with another key", HTTP, Disguise.FERNET, shared_key=SharedKey.WRONG, error="InvalidToken: "),
            Attempt("with no key, like a browser", HTTP, Disguise.FERNET, shared_key=SharedKey.NONE, error="gAAAA"),
        ),
        expected=Expectation(Outcome.PROTECTED),
        chapter=chapters.FERNET,
    ),
    Scenario(
        name="diffie-hellman",
        title="two strangers agree on a key in public",
        attempts=(
            Attempt("a new key", HTTP, Disguise.DIFFIE_HELLMAN),
            Attempt("and another", HTTP, Disguise.DIFFIE_HELLMAN),
        ),
        expected=Expectation(Outcome.PROTECTED),
        chapter=chapters.DIFFIE_HELLMAN,
    ),
    Scenario(
        name="diffie-hellman-intercepted",
        title="a spy in the middle agrees on a key with each side",
        attempts=(Attempt("a new key", HTTP, Disguise.DIFFIE_HELLMAN, intercepted=True),),
        expected=Expectation(Outcome.OVERHEARD, seen="plainly, in Fernet opened with a key of the interceptor"),
        needs=frozenset({Need.INTERCEPTOR}),
        chapter=chapters.DIFFIE_HELLMAN_INTERCEPTED,
    ),
)
