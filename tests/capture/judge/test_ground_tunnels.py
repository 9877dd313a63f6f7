"""Tunnels by real programs are sealed, and what goes through one without encryption is overheard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from capture import tunnels
from overheard import Options, judge
from overheard.words.verdict import Outcome
from processes import in_namespaces

pytestmark = pytest.mark.slow
SEALED = ("wireguard", *(name for name in tunnels.OPENVPN if name != "openvpn-without-cipher"))
OPTIONS = Options(vouched={"whole", "sent"}, required={"sealed"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        pytest.skip("this is not root, or there are no TUN devices")
    made = tmp_path_factory.mktemp("tunnels")
    in_namespaces(Path(tunnels.__file__), str(made))
    return made


def recorded(folder: Path, name: str) -> Path:
    file = folder / f"{name}.pcapng"
    if not file.exists():
        pytest.skip(f"the program of {name} is not installed")
    return file


@pytest.mark.parametrize("name", SEALED)
def test_a_tunnel_is_sealed(folder: Path, name: str) -> None:
    report = judge(recorded(folder, name), {"letter": tunnels.LETTER}, OPTIONS)
    verdict = report.verdicts["letter"]
    assert report.outcome is Outcome.PROTECTED, verdict.reasons
    assert str(verdict.ground) == "sealed, by shape"


def test_a_tunnel_without_encryption_is_opened(folder: Path) -> None:
    report = judge(recorded(folder, "openvpn-without-cipher"), {"letter": tunnels.LETTER}, OPTIONS)
    assert report.outcome is Outcome.OVERHEARD
    ground = report.verdicts["letter"].ground
    assert ground
    assert any(name.startswith("HTTP/1") for name in ground.in_clear)
