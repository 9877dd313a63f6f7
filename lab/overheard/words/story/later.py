"""The sixth part: what is recorded today may be decrypted later."""

from __future__ import annotations

from overheard.words.chapters import later as chapters
from overheard.words.scenario import Attempt, Expectation, Need, Scenario, Trust
from overheard.words.services import HTTPS, LEGACY
from overheard.words.verdict import Outcome

SCENARIOS = (
    Scenario(
        name="no-forward-secrecy",
        title="TLS 1.2 with RSA key exchange; the server's key is stolen later",
        attempts=(
            Attempt("RSA key exchange", LEGACY, trust=Trust.LAB_CA, ciphers="AES128-GCM-SHA256", overheard=True),
            Attempt(
                "ECDHE, TLS 1.2",
                LEGACY,
                trust=Trust.LAB_CA,
                ciphers="ECDHE-RSA-AES128-GCM-SHA256",
                overheard=False,
            ),
            Attempt("TLS 1.3", LEGACY, trust=Trust.LAB_CA, overheard=False),
        ),
        expected=Expectation(
            Outcome.OVERHEARD,
            seen="plainly, in TLS opened with the server's private key",
            visible=frozenset({"TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS 1.3"}),
        ),
        chapter=chapters.NO_FORWARD_SECRECY,
    ),
    Scenario(
        name="post-quantum",
        title="HTTPS, with a key exchange that a quantum computer cannot break",
        attempts=(Attempt("trusting the lab CA", HTTPS, trust=Trust.LAB_CA),),
        expected=Expectation(Outcome.PROTECTED, visible=frozenset({"TLS 1.3", "X25519MLKEM768"})),
        needs=frozenset({Need.POST_QUANTUM}),
        chapter=chapters.POST_QUANTUM,
    ),
)
