"""Real clients accept each certificate of the CA, and refuse those that they must."""

from __future__ import annotations

import subprocess
from pathlib import Path
from unittest.mock import patch

import pytest

from applications.servers import program
from ca.accepted.authority import Authority, authority
from ca.accepted.clients import CLIENTS, fetched
from ca.accepted.serving import WORDS, https
from overheard_ca.operator.kinds import KeyKind
from overheard_ca.profile import Profile
from processes import LONG

# A certificate that must be stapled is refused by some clients, as this server staples nothing.
KINDS = [
    *((profile, KeyKind.EC) for profile in Profile if profile not in (Profile.CLIENT, Profile.MUST_STAPLE)),
    (Profile.SERVER, KeyKind.RSA),
    (Profile.SERVER, KeyKind.ED25519),
]


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


@pytest.mark.parametrize(("profile", "kind"), KINDS)
@pytest.mark.parametrize("client", CLIENTS)
def test_accepted(ca: Authority, client: str, profile: Profile, kind: KeyKind) -> None:
    with https(*ca.certify("localhost", "app.test", profile=profile, kind=kind)) as url:
        # Browsers know no certificate with a key of Ed25519, whoever signed it.
        known = (client, kind) != ("chromium", KeyKind.ED25519)
        assert (WORDS in fetched(client, ca.root, url)) is known


@pytest.mark.parametrize("client", CLIENTS)
def test_refused_from_another_ca(ca: Authority, client: str, tmp_path: Path) -> None:
    with https(*ca.certify("localhost")) as url:
        assert fetched(client, authority(tmp_path).root, url).startswith("refused")


@pytest.mark.parametrize("client", CLIENTS)
def test_refused_for_another_host(ca: Authority, client: str) -> None:
    with https(*ca.certify("app.test")) as url:
        assert fetched(client, ca.root, url).startswith("refused")


@pytest.mark.parametrize("client", CLIENTS)
def test_refused_outside_of_what_the_ca_may_certify(ca: Authority, client: str) -> None:
    """Whoever steals its key can sign anything; clients hold the key to its certificate."""
    with patch("overheard_ca.certificates.check_within"):
        files = ca.certify("localhost", "www.outside.com")
    with https(*files) as url:
        assert fetched(client, ca.root, url).startswith("refused")


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("profile", Profile)
def test_accepted_by_the_verifiers_of_openssl_and_gnutls(ca: Authority, profile: Profile, kind: KeyKind) -> None:
    chain, _ = ca.certify("localhost", "127.0.0.1", profile=profile, kind=kind)
    purpose = "sslclient" if profile is Profile.CLIENT else "sslserver"
    strict = ["-x509_strict", "-check_ss_sig", "-purpose", purpose, "-CAfile", str(ca.root), "-untrusted", str(chain)]
    for words in (
        [program("openssl"), "verify", *strict, str(chain)],
        [program("certtool"), "--verify", "--load-ca-certificate", str(ca.root), "--infile", str(chain)],
    ):
        done = subprocess.run(words, capture_output=True, text=True, timeout=LONG, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KeyKind)
def test_installed_by_keytool_with_its_root_alone(ca: Authority, kind: KeyKind, tmp_path: Path) -> None:
    """It asks whether to install a chain that leads to no root it trusts; nobody answers."""
    chain, key = ca.certify("localhost", kind=kind)
    own, store = tmp_path / "own.pem", tmp_path / "store.p12"
    # What the owner has before: a certificate that the key signed itself.
    made: tuple[list[str | Path], ...] = (
        ["req", "-x509", "-new", "-key", key, "-subj", "/CN=localhost", "-out", own],
        ["pkcs12", "-export", "-inkey", key, "-in", own, "-name", "own", "-out", store, "-passout", "pass:acorns"],
    )
    for words in made:
        subprocess.run([program("openssl"), *words], check=True, capture_output=True)

    def imported(alias: str, file: Path, *options: str) -> str:
        where: list[str | Path] = [
            "-alias",
            alias,
            "-file",
            file,
            "-keystore",
            store,
            "-storepass",
            "acorns",
            "-J-Duser.language=en",
        ]
        done = subprocess.run(
            [program("keytool"), "-importcert", *options, *where],
            input="",
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        return done.stdout + done.stderr

    assert "was added" in imported("another", authority(tmp_path / "another").root, "-noprompt")
    assert "was not installed" in imported("own", chain)
    assert "was added" in imported("root", ca.root, "-noprompt")
    assert "was installed" in imported("own", chain)
