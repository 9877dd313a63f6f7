from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.words.errors import SettingsError
from overheard.words.services import HTTP, HTTPS, LEGACY, MUTUAL
from overheard_services.server.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def https(folder: Path, **changed: str) -> Settings:
    variables = {"SERVICES": "https", "HANDOVER": str(folder), "CREDENTIALS": str(folder), **changed}
    return Settings.from_environment({f"OVERHEARD_SERVER_{name}": value for name, value in variables.items()})


def test_alone_it_serves_the_story_over_http() -> None:
    settings = Settings.from_environment({})
    assert (settings.bind, settings.services, settings.message) == ("127.0.0.1", {"http": HTTP}, "fluffy tail")
    assert settings.enrolment is None
    assert (settings.secret_key, settings.shared_key_file) == ("", None)


def test_over_https_it_enrols_for_the_names_of_the_story(tmp_path: Path) -> None:
    settings = https(tmp_path)
    assert settings.services == {"https": HTTPS}
    assert settings.enrolment
    assert settings.enrolment.ca_url == "https://ca:5444"
    assert settings.enrolment.names == ("server", "localhost", "127.0.0.1")
    assert (settings.enrolment.handover, settings.enrolment.folder) == (tmp_path, tmp_path)


def test_it_serves_the_configured_services_on_the_configured_ports(tmp_path: Path) -> None:
    settings = https(tmp_path, SERVICES=" http , https:8443,mutual-tls, legacy:8446 ")
    assert list(settings.services) == ["http", "https", "mutual-tls", "legacy"]
    assert (settings.services["http"], settings.services["mutual-tls"]) == (HTTP, MUTUAL)
    assert settings.services["https"].origin == "https://server:8443"
    assert settings.services["legacy"].origin == "https://server:8446" != LEGACY.origin


@pytest.mark.parametrize("services", ["https", "mutual-tls", "legacy", "acme", "http,legacy:8446"])
def test_every_tls_service_needs_a_certificate(services: str) -> None:
    with pytest.raises(SettingsError, match="OVERHEARD_SERVER_HANDOVER is not set"):
        Settings.from_environment({"OVERHEARD_SERVER_SERVICES": services})


def test_modern_is_a_setting_that_excludes_the_legacy_service(tmp_path: Path) -> None:
    assert not https(tmp_path).modern
    assert https(tmp_path, TLS="modern").modern
    for served, profile, what in (
        ("https,legacy", "modern", "which the service legacy cannot be"),
        ("https", "old", "intermediate"),
    ):
        with pytest.raises(SettingsError, match=r"^OVERHEARD_SERVER_TLS is ") as caught:
            https(tmp_path, SERVICES=served, TLS=profile)
        assert what in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    ("services", "what"),
    [
        ("ftp", "'ftp' is not a service"),
        (",", "it names no service"),
        ("http,http:8080", "http appears twice"),
        ("http:5443,https", "two services have the same port"),
        ("http:", "'' is not a port"),
        ("http:0", "'0' is not a port"),
        ("http:65536", "'65536' is not a port"),
        ("http:-1", "'-1' is not a port"),
        ("http:8080:1", "'8080:1' is not a port"),
    ],
)
def test_invalid_services_are_an_error_that_lists_the_valid_ones(tmp_path: Path, services: str, what: str) -> None:
    with pytest.raises(SettingsError, match=f"^OVERHEARD_SERVER_SERVICES is .*: {what}") as caught:
        https(tmp_path, SERVICES=services)
    assert "http,https,mutual-tls,legacy" in caught.value.hint


@pytest.mark.parametrize(("name", "value"), [("HANDOVER", "/nowhere/at/all"), ("CREDENTIALS", "/nowhere")])
def test_an_invalid_value_is_an_error_that_names_the_variable(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^OVERHEARD_SERVER_{name} is "):
        https(tmp_path, **{name: value})


@pytest.mark.parametrize("name", ["HANDOVER", "CREDENTIALS"])
def test_https_without_its_folders_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"OVERHEARD_SERVER_{name} is not set"):
        https(tmp_path, **{name: ""})
