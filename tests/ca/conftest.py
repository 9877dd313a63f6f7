"""One shared CA for tests that do not change it, and separate ones for those that do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ca.process import REQUESTERS
from overheard_ca.settings import Settings


@pytest.fixture(autouse=True)
def scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the proxy, CA bundle and key log of the machine from the environment."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with folders of one test, for tests that need no process."""
    (tmp_path / "state").mkdir()
    return Settings.from_environment(
        {
            "OVERHEARD_CA_STATE": str(tmp_path / "state"),
            "OVERHEARD_CA_PASSPHRASE_FILE": str(tmp_path / "passphrase"),
            "OVERHEARD_CA_HANDOVER": str(tmp_path / "handover"),
            "OVERHEARD_CA_REQUESTERS": REQUESTERS,
        }
    )
