"""A lab that cheats is detected: if a scenario leaves something out, its result is not the expected one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import modified_lab
from overheard.words.story import CONTROL, SCENARIOS

if TYPE_CHECKING:
    from overheard.words.result import Result

pytestmark = pytest.mark.usefixtures("local_engine")


@dataclass(frozen=True)
class Cheat:
    """A change of a scenario's first attempt (or of all), and the deviation that the run must report."""

    scenario: str
    changed: str
    says: str
    everywhere: bool = False


CHEATS = {
    "a control that is sealed": Cheat("http", "disguise=Disguise.FERNET", "should be OVERHEARD, but is PROTECTED"),
    "a cipher that does nothing": Cheat(
        "substitution", "disguise=Disguise.NONE", "should be seen letters shifted by 25"
    ),
    "nothing sealed": Cheat("fernet", "disguise=Disguise.NONE", "should be PROTECTED, but is OVERHEARD"),
    "the wrong key": Cheat("fernet", "shared_key=SharedKey.WRONG", "the client should get the message"),
    "the right key for all": Cheat(
        "fernet",
        "shared_key=SharedKey.RIGHT",
        "should fail with “InvalidToken: ”, but got the message",
        everywhere=True,
    ),
    "no agreement": Cheat("diffie-hellman", "disguise=Disguise.NONE", "should be PROTECTED, but is OVERHEARD"),
    "an agreement without an interceptor": Cheat(
        "diffie-hellman-intercepted", "intercepted=False", "should be OVERHEARD, but is PROTECTED"
    ),
    "a trusted CA": Cheat("https-untrusted", "trust=Trust.LAB_CA", "but got the message"),
    "HTTPS without the S": Cheat("https", "service=HTTP", "should be PROTECTED, but is OVERHEARD"),
    "no spy": Cheat("https-intercepted", "intercepted=False", "but got the message"),
    "no spy without verification either": Cheat(
        "https-unverified-intercepted", "intercepted=False", "should be OVERHEARD, but is PROTECTED"
    ),
    "a client that verifies": Cheat("https-unverified-intercepted", "trust=Trust.LAB_CA", "certificate verify failed"),
    "a CA that is not compromised": Cheat("https-compromised-ca", "trust=Trust.LAB_CA", "certificate verify failed"),
    "a squirrel without a certificate": Cheat("mutual-tls", "identity=Identity.NONE", "certificate required"),
    "a server that requests no certificate": Cheat(
        "mutual-tls",
        "service=HTTPS",
        "should fail with “alert certificate required”, but got the message",
        everywhere=True,
    ),
    "forward secrecy": Cheat(
        "no-forward-secrecy", "ciphers='ECDHE-RSA-AES128-GCM-SHA256'", "should be OVERHEARD, but is PROTECTED"
    ),
    "no forward secrecy anywhere": Cheat(
        "no-forward-secrecy", "ciphers='AES128-GCM-SHA256'", "should not be overheard, but was", everywhere=True
    ),
    "a classical key exchange": Cheat(
        "post-quantum", "ciphers='ECDHE-RSA-AES128-GCM-SHA256'", "the wire should show TLS 1.3, X25519MLKEM768"
    ),
    "a client that asks for no log": Cheat(
        "transparency", "logged=False", "should fail with “the certificate is not in the log”, but got the message"
    ),
    "a log and no spy": Cheat("transparency", "intercepted=False", "should be NOT SENT, but is PROTECTED"),
    "a stranger in place of the client": Cheat("acme", "orders='server'", "should get the message, but the error was"),
    "no stranger": Cheat(
        "acme", "orders=''", "should fail with “incorrectResponse”, but the error was", everywhere=True
    ),
    "no certificate at all": Cheat("acme", "service=HTTP", "should be PROTECTED, but is OVERHEARD"),
    "a gallery without verification": Cheat(
        "gallery",
        "trust=Trust.ANYBODY",
        "should fail with “certificate has expired”, but got the message",
        everywhere=True,
    ),
    "soft fail everywhere": Cheat(
        "revocation",
        "soft_fail=True",
        "should fail with “unable to get certificate CRL”, but got the message",
        everywhere=True,
    ),
    "no list of what was revoked": Cheat(
        "revocation", "crl=''", "should fail with “certificate revoked”, but got the message", everywhere=True
    ),
    "no question to the responder": Cheat(
        "revocation", "ocsp=False", "should fail with “revoked, says the OCSP responder", everywhere=True
    ),
}

_IMPORTS = """\
from dataclasses import replace
from overheard.words.scenario import Disguise, Identity, Need, SharedKey, Trust
from overheard.words.services import HTTP, HTTPS

_BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def _changed(name, scenario, everywhere, **changes):
    first, *others = _BY_NAME[scenario].attempts
    attempts = (replace(first, **changes), *(replace(each, **changes) if everywhere else each for each in others))
    # Cheats must be detected even where post-quantum key exchange is not available.
    needs = _BY_NAME[scenario].needs - {Need.POST_QUANTUM}
    return replace(_BY_NAME[scenario], name=name, attempts=attempts, needs=needs)


"""


def name_of(cheat: str) -> str:
    return cheat.replace(" ", "-").replace(",", "").lower()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """The results of all cheats in one run with the control: each is one more entry of the story."""
    code = modified_lab.copied(tmp_path_factory.mktemp("code"))
    entries = [
        f"_changed({name_of(name)!r}, {cheat.scenario!r}, {cheat.everywhere}, {cheat.changed}),"
        for name, cheat in CHEATS.items()
    ]
    modified_lab.append_to_story(code, _IMPORTS + "SCENARIOS = (*SCENARIOS,\n    " + "\n    ".join(entries) + "\n)")
    exit_code, found = modified_lab.run(code, tmp_path_factory.mktemp("runs"), *map(name_of, CHEATS))
    assert exit_code != 0
    assert found[CONTROL].as_expected, found[CONTROL]
    return found


def test_there_is_a_cheat_for_every_scenario() -> None:
    assert {cheat.scenario for cheat in CHEATS.values()} == {each.name for each in SCENARIOS}


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_detected(results: dict[str, Result], name: str) -> None:
    result = results[name_of(name)]
    assert result.failed
    wrong = [*result.wrong, *(line for exchange in result.exchanges for line in exchange.wrong)]
    assert any(CHEATS[name].says in line for line in wrong), wrong
