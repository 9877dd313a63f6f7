"""The settings of the sidecar. That every one is on the page, docs/test_settings.py checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.sidecar.settings import Address, Settings
from overheard.words.errors import SettingsError
from overheard.words.options import Options

if TYPE_CHECKING:
    from pathlib import Path


def options(**variables: str) -> Options:
    return Settings.from_environment(variables).options


def test_lists_are_separated_by_commas(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {"OVERHEARD_PORTS": "443, 5432", "OVERHEARD_SECRETS": f"{tmp_path},/b", "OVERHEARD_CARRY_MIB": "2"}
    )
    assert settings.ports == (443, 5432)
    assert [str(path) for path in settings.secrets] == [str(tmp_path), "/b"]
    assert settings.carry == 2 << 20


def test_how_to_judge() -> None:
    assert options() == Options(required=(), vouched=(), sealed_endpoints=())
    sealed = options(OVERHEARD_SEALED="db:5432", OVERHEARD_PORTS="5432")
    assert sealed.required == ("sealed",)
    assert sealed.sealed_endpoints == ("db:5432",)
    # The marks are to be judged, too.
    assert sealed.only == (":5432", ":5699")


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:8080", ("::1", 8080)), ("0.0.0.0:1", ("0.0.0.0", 1)), ("off", None)],  # noqa: S104
)
def test_where_http_is_served(text: str, address: tuple[str, int] | None) -> None:
    assert Settings.from_environment({"OVERHEARD_HTTP": text}).http == (address and Address(*address))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("OVERHEARD_PORTS", "http", "'http', which is not a port"),
        ("OVERHEARD_PORTS", "70000", "'70000', which is not a port"),
        ("OVERHEARD_WINDOW", "0", "not a whole number above 0"),
        ("OVERHEARD_HTTP", "5698", "'5698', which is not an address and a port"),
        ("OVERHEARD_HTTP", "localhost:80", "not an address and a port"),
        ("OVERHEARD_HTTP", "127.0.0.1:0", "not an address and a port"),
        ("OVERHEARD_HTTP", "127.0.0.1:+8_0", "not an address and a port"),
        ("OVERHEARD_SEALED", "database", "'database', which is not an endpoint"),
        ("OVERHEARD_SEALED", "db:5432,db:http", "'db:http', which is not an endpoint"),
        ("OVERHEARD_REQUIRE", "seeled", "has 'seeled'"),
        ("OVERHEARD_VOUCH", "whole", "has 'whole'"),
        ("OVERHEARD_VOUCH", "sent", "about secrets, and none is named"),
        ("OVERHEARD_RECORDINGS", "/nowhere", "not an existing folder"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} .*{says}"):
        Settings.from_environment({name: value})
