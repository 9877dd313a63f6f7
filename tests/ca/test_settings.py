from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path

import pytest

from overheard.words.errors import SettingsError
from overheard_ca.permitted import Permitted
from overheard_ca.profile import Profile
from overheard_ca.settings import Requester, Settings
from overheard_ca.status.urls import StatusUrls
from rows import for_each


def read(folder: Path, **changed: str) -> Settings:
    variables = {
        "OVERHEARD_CA_STATE": str(folder),
        "OVERHEARD_CA_PASSPHRASE_FILE": str(folder / "passphrase"),
        "OVERHEARD_CA_HANDOVER": str(folder / "handover"),
        "OVERHEARD_CA_REQUESTERS": "server=server,localhost,127.0.0.1;client=",
    }
    variables |= {f"OVERHEARD_CA_{name}": value for name, value in changed.items()}
    return Settings.from_environment(variables)


def test_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.bind, settings.port, settings.host, settings.days) == (IPv4Address("127.0.0.1"), 5444, "ca", 30)


def test_requesters_and_their_names(tmp_path: Path) -> None:
    settings = read(
        tmp_path, REQUESTERS=" a = One, one,127.0.0.1 ; b=two;c=;d= client: Squirrel,::1;e=shortlived:one;f=::1; "
    )
    assert settings.requesters == (
        Requester("a", ("one", IPv4Address("127.0.0.1"))),
        Requester("b", ("two",)),
        Requester("c", ()),
        Requester("d", ("squirrel", IPv6Address("::1")), Profile.CLIENT),
        Requester("e", ("one",), Profile.SHORT_LIVED),
        Requester("f", (IPv6Address("::1"),)),
    )
    assert settings.allowed == {"one", "two", "squirrel", IPv4Address("127.0.0.1"), IPv6Address("::1")}


@pytest.mark.parametrize(
    ("bind", "reached_at", "own"),
    [
        ("0.0.0.0", "127.0.0.1", ["ca", "localhost", "127.0.0.1"]),  # noqa: S104  # as in a container
        ("127.0.0.1", "127.0.0.1", ["ca", "localhost", "127.0.0.1"]),
        ("10.1.2.3", "10.1.2.3", ["ca", "localhost", "127.0.0.1", "10.1.2.3"]),
    ],
)
def test_its_own_certificate_covers_the_address_of_the_health_check(
    tmp_path: Path, bind: str, reached_at: str, own: list[str]
) -> None:
    settings = read(tmp_path, BIND=bind)
    assert str(settings.reached_at) == reached_at
    assert [str(name) for name in settings.own_names] == own


@for_each(
    row=[
        ("http://ca:8080", "http://ca:8080", 8080),
        ("http://ca/", "http://ca", 80),
        ("http://127.0.0.1:81", "http://127.0.0.1:81", 81),
        ("http://[::1]:81", "http://[::1]:81", 81),
    ]
)
def test_where_revocations_are_published(tmp_path: Path, row: tuple[str, str, int]) -> None:
    given, base, port = row
    status = read(tmp_path, STATUS_URL=given).status
    assert status == StatusUrls(base)
    assert status.port == port
    assert read(tmp_path, STATUS_URL=given, OCSP="off").status == StatusUrls(base, ocsp=False)


def test_by_default_only_what_is_of_nobody_may_be_certified(tmp_path: Path) -> None:
    """Of the names of requesters, only those without a dot: others have to be permitted."""
    permitted = read(tmp_path, REQUESTERS="a=one,www.example.org,8.8.8.8", HOST="ca").permitted
    assert permitted
    assert {"one", "ca", "localhost", "test"} < set(permitted.domains)
    assert "www.example.org" not in permitted.domains
    assert ip_network("10.0.0.0/8") in permitted.networks
    assert ip_network("8.8.8.8/32") not in permitted.networks


def test_what_is_permitted_replaces_the_default_but_its_own_names_are_always(tmp_path: Path) -> None:
    permitted = read(tmp_path, PERMITTED=" Corp.Example, 10.0.0.0/8", HOST="ca.example.org", BIND="8.8.8.8").permitted
    domains = ("ca.example.org", "corp.example", "localhost")
    networks = ("8.8.8.8/32", "10.0.0.0/8", "127.0.0.1/32")
    assert permitted == Permitted(domains, tuple(map(ip_network, networks)))


def test_any_permits_anything(tmp_path: Path) -> None:
    assert read(tmp_path, PERMITTED="any").permitted is None


def test_by_default_revocations_are_published_nowhere(tmp_path: Path) -> None:
    assert read(tmp_path).status is None
    assert read(tmp_path, OCSP="on").status is None


def test_what_must_be_stapled_needs_something_to_staple(tmp_path: Path) -> None:
    assert read(tmp_path, REQUESTERS="a=muststaple:one", STATUS_URL="http://ca").requesters[0].profile == "muststaple"
    for changed in ({}, {"STATUS_URL": "http://ca", "OCSP": "off"}):
        with pytest.raises(
            SettingsError, match=r"^OVERHEARD_CA_REQUESTERS .* muststaple needs OVERHEARD_CA_STATUS_URL"
        ):
            read(tmp_path, REQUESTERS="a=muststaple:one", **changed)


def test_what_must_be_logged_needs_a_log(tmp_path: Path) -> None:
    assert not read(tmp_path).log
    assert read(tmp_path, REQUESTERS="a=logged:one", LOG="on").requesters[0].profile == "logged"
    with pytest.raises(SettingsError, match=r"^OVERHEARD_CA_REQUESTERS .* logged needs OVERHEARD_CA_LOG=on"):
        read(tmp_path, REQUESTERS="a=logged:one")
    with pytest.raises(SettingsError, match="OVERHEARD_CA_LOG"):
        read(tmp_path, LOG="yes")


def test_plain_http_needs_a_port_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="has the port 81, on which HTTPS is served"):
        read(tmp_path, STATUS_URL="http://ca:81", PORT="81")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("STATUS_URL", "https://ca"),
        ("STATUS_URL", "ca:8080"),
        ("STATUS_URL", "http://"),
        ("STATUS_URL", "http://ca:0"),
        ("STATUS_URL", "http://ca:99999"),
        ("STATUS_URL", "http://ca/status"),
        ("STATUS_URL", "http://ca?"),
        ("STATUS_URL", "http://user@ca"),
        ("STATUS_URL", "http://c a"),
        ("OCSP", "perhaps"),
        ("PERMITTED", "any,test"),
        ("PERMITTED", ".test"),
        ("PERMITTED", "10.0.0.1/8"),
        ("BIND", "nowhere"),
        ("BIND", "::1"),
        ("PORT", "0"),
        ("PORT", "https"),
        ("HOST", "127.0.0.1"),
        ("HOST", "a_b"),
        ("STATE", "/nowhere/at/all"),
        ("DAYS", "0"),
        ("DAYS", "-1"),
        ("DAYS", "3651"),
        ("DAYS", "999999999999"),
        ("DAYS", "a month"),
        ("REQUESTERS", ";"),
        ("REQUESTERS", "server"),
        ("REQUESTERS", "=server"),
        ("REQUESTERS", "../etc=server"),
        ("REQUESTERS", "a=one;a=two"),
        ("REQUESTERS", "a=one,,two"),
        ("REQUESTERS", "a=one,*.example"),
        ("REQUESTERS", "a=one."),
        ("REQUESTERS", "a=client:"),
        ("REQUESTERS", "a=klient:squirrel"),
        ("REQUESTERS", "a=one,client:squirrel"),
    ],
)
def test_a_malformed_value_is_an_error_that_names_the_variable(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^OVERHEARD_CA_{variable} is "):
        read(tmp_path, **{variable: value})


@pytest.mark.parametrize("variable", ["STATE", "PASSPHRASE_FILE", "HANDOVER", "REQUESTERS"])
def test_variables_without_a_default_must_be_set(tmp_path: Path, variable: str) -> None:
    with pytest.raises(SettingsError, match=f"OVERHEARD_CA_{variable} is not set"):
        read(tmp_path, **{variable: ""})
