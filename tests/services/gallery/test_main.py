"""The gallery as a program: its handover, its files, its start and its end."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509

from overheard.words.errors import SettingsError
from overheard.words.gallery import at
from overheard.words.handover import GALLERY_ROOT
from overheard.words.services import GALLERY_HEALTH, GALLERY_PORTS
from overheard_services.gallery.authority import signed_by_itself
from overheard_services.gallery.contexts import context, good
from overheard_services.gallery.plans import SERVER
from overheard_services.gallery.settings import Settings
from processes import LONG, SOON
from services.gallery.process import ADDRESS, GalleryProcess


def test_it_hands_over_its_root_and_no_key(gallery: GalleryProcess) -> None:
    assert {file.name for file in gallery.handover.iterdir()} == {GALLERY_ROOT}
    (root,) = x509.load_pem_x509_certificates((gallery.handover / GALLERY_ROOT).read_bytes())
    assert "Overheard Lab Gallery Test Root CA (not for production)" in root.subject.rfc4514_string()
    assert "KEY" not in (gallery.handover / GALLERY_ROOT).read_text()


def test_no_key_is_left_on_disk(gallery: GalleryProcess) -> None:
    assert list(gallery.temporary.iterdir()) == []


def test_the_file_of_a_key_is_private_while_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    modes, load = [], ssl.SSLContext.load_cert_chain

    def look(self: ssl.SSLContext, file: str) -> None:
        modes.append(Path(file).stat().st_mode & 0o777)
        load(self, file)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", look)
    context([signed_by_itself(SERVER)], good)
    assert modes == [0o600]


def test_it_reports_that_it_is_ready(gallery: GalleryProcess) -> None:
    asked = gallery.launch("health")
    assert (asked.communicate(timeout=LONG)[1], asked.returncode) == ("", 0)
    asked = gallery.launch("health", OVERHEARD_GALLERY_PORT="1")
    assert "not ready" in asked.communicate(timeout=LONG)[1]
    assert asked.returncode == 1


def test_it_ends_soon_even_if_a_client_waits(tmp_path: Path) -> None:
    gallery = GalleryProcess(tmp_path)
    gallery.wait()
    port = gallery.hung(at("silent-in-handshake")).port
    with socket.create_connection((ADDRESS, port)):
        # Once it has responded to others twice, it has accepted this one.
        gallery.wait()
        gallery.wait()
        began = time.monotonic()
        assert gallery.stop() == ""
    assert time.monotonic() - began < SOON
    assert gallery.process.returncode == 0


@pytest.mark.slow
def test_a_waiting_client_does_not_block_others(gallery: GalleryProcess) -> None:
    row = at("silent-in-handshake")
    with socket.create_connection((ADDRESS, gallery.hung(row).port)) as waiting:
        waiting.sendall(b"\x16")
        assert "certificate has expired" in gallery.ask(at("expired")).error
        assert row.says[0].reason in gallery.ask(row).error


def test_a_second_gallery_fails_on_its_port_and_hands_nothing_over(gallery: GalleryProcess) -> None:
    root = (gallery.handover / GALLERY_ROOT).read_bytes()
    again = gallery.launch()
    said = again.communicate(timeout=LONG)[1]
    assert (gallery.handover / GALLERY_ROOT).read_bytes() == root
    assert again.returncode == 64
    assert f"cannot listen on {ADDRESS}:{gallery.port}" in said
    assert "OVERHEARD_GALLERY_PORT" in said
    assert "Traceback" not in said


def test_the_ports_of_its_rows_must_be_valid_too(tmp_path: Path) -> None:
    variables = {"OVERHEARD_GALLERY_HANDOVER": str(tmp_path)}
    highest = 65535 - len(GALLERY_PORTS)
    assert Settings.from_environment({**variables, "OVERHEARD_GALLERY_PORT": str(highest)}).port == highest
    with pytest.raises(SettingsError, match=f"no {len(GALLERY_PORTS)} ports after it"):
        Settings.from_environment({**variables, "OVERHEARD_GALLERY_PORT": str(highest + 1)})


def test_its_settings_have_defaults_except_the_handover(tmp_path: Path) -> None:
    settings = Settings.from_environment({"OVERHEARD_GALLERY_HANDOVER": str(tmp_path)})
    assert settings == Settings(ADDRESS, GALLERY_HEALTH.port, "fluffy tail", tmp_path)
    with pytest.raises(SettingsError, match="OVERHEARD_GALLERY_HANDOVER"):
        Settings.from_environment({})
