"""pkilint finds nothing in what the CA signs; sslyze finds its HTTPS as Mozilla recommends.

Both need another version of cryptography than this project, and have an environment of their own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from ca.accepted.authority import Authority, authority
from ca.process import CaProcess
from overheard_ca.ledger import revoke
from overheard_ca.operator.kinds import KeyKind
from overheard_ca.profile import Profile
from overheard_ca.status.crl import RevocationList
from overheard_ca.status.ocsp import Responder
from overheard_ca.status.signer import Signer
from processes import LONG
from services.server.process import under

TOOLS = ("pkilint==0.13.3", "sslyze==6.3.1")
# Python's ssl cannot choose the groups that it offers before 3.15, and OpenSSL's own are more than Mozilla recommends:
# the server is started with others, the CA is not.
GROUPS = "TLS curves"
# The domains that the issuing certificate permits are reserved, of one label, such as test: none of the Internet is.
ONE_LABEL = "ERROR pkix.invalid_domain_name_syntax"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs."""
    folder = tmp_path_factory.mktemp("tools") / "env"
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", folder / "bin" / "python", *TOOLS], check=True)
    return folder / "bin"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("ca"))


def findings(tools: Path, program: str, der: bytes, folder: Path, *options: str) -> list[str]:
    """The codes of all errors and warnings, each with its severity."""
    file = folder / "document.der"
    file.write_bytes(der)
    words: list[str | Path] = [
        tools / program,
        "lint",
        "-s",
        "WARNING",
        "-f",
        "JSON",
        "--document-format",
        "DER",
        *options,
        file,
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LONG, check=False)
    found = json.loads(done.stdout)["results"]
    return [f"{each['severity']} {each['code']}" for result in found for each in result["finding_descriptions"]]


@pytest.mark.parametrize("kind", KeyKind)
@pytest.mark.parametrize("profile", Profile)
def test_certificates(ca: Authority, tools: Path, profile: Profile, kind: KeyKind, tmp_path: Path) -> None:
    chain, _ = ca.certify("app.test", "127.0.0.1", profile=profile, kind=kind)
    leaf = x509.load_pem_x509_certificate(chain.read_bytes())
    assert findings(tools, "lint_pkix_cert", leaf.public_bytes(Encoding.DER), tmp_path) == []


def test_authorities(ca: Authority, tools: Path, tmp_path: Path) -> None:
    root, issuing = ca.issuance.authority.root, ca.issuance.authority.issuing.certificate
    assert findings(tools, "lint_pkix_cert", root.public_bytes(Encoding.DER), tmp_path) == []
    assert set(findings(tools, "lint_pkix_cert", issuing.public_bytes(Encoding.DER), tmp_path)) == {ONE_LABEL}


def test_revocations(ca: Authority, tools: Path, tmp_path: Path) -> None:
    chain, _ = ca.certify("app.test")
    leaf = x509.load_pem_x509_certificate(chain.read_bytes())
    issuing, ledger, now = ca.issuance.authority.issuing, ca.issuance.ledger, datetime.now(UTC)
    with ledger.transaction() as entry:
        revoke(entry, leaf.serial_number, x509.ReasonFlags.key_compromise, "operator", now)
    listed = RevocationList(issuing, ledger).current(now)
    assert findings(tools, "lint_crl", listed, tmp_path, "-t", "CRL", "-p", "PKIX") == []
    asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuing.certificate, hashes.SHA256()).build()
    answer = Responder(issuing, ledger, Signer(issuing, ledger)).answer(asked.public_bytes(Encoding.DER), now)
    assert findings(tools, "lint_ocsp_response", answer, tmp_path) == []


def test_a_fault_is_found(ca: Authority, tools: Path, tmp_path: Path) -> None:
    issuing, now = ca.issuance.authority.issuing, datetime.now(UTC)
    faulty = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuing.certificate.subject)
        .public_key(issuing.key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(issuing.key, hashes.SHA256())
    )
    assert findings(tools, "lint_pkix_cert", faulty.public_bytes(Encoding.DER), tmp_path)


def against(tools: Path, profile: str, root: Path, port: int) -> list[str]:
    """What sslyze finds to be otherwise than Mozilla's profile has it."""
    words: list[str | Path] = [tools / "sslyze", "--mozilla_config", profile, f"--certinfo_ca_file={root}"]
    done = subprocess.run([*words, f"localhost:{port}"], capture_output=True, text=True, timeout=LONG, check=False)
    said = done.stdout.partition("COMPLIANCE AGAINST TLS CONFIGURATION")[2]
    assert f"localhost:{port}" in said
    return [line.strip() for line in said.splitlines() if line.strip().startswith("* ")]


@pytest.mark.parametrize("profile", ["intermediate", "modern"])
def test_https_is_as_mozilla_recommends(tools: Path, tmp_path: Path, profile: str) -> None:
    ca = CaProcess(tmp_path / "ca")
    try:
        ca.start()
        with under(ca, tmp_path, "http", "https", tls=profile) as server:
            port = server.ports["https"]
            assert against(tools, profile, ca.state / "root.pem", port) == []
            assert against(tools, "old" if profile == "modern" else "modern", ca.state / "root.pem", port) != []
        assert [
            each for each in against(tools, "intermediate", ca.state / "root.pem", ca.port) if GROUPS not in each
        ] == []
    finally:
        ca.kill()
