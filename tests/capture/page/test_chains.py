"""The certificates of a scenario in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from overheard.words.story import by_name
from overheard_capture.page.chains import Chain, chains

if TYPE_CHECKING:
    from overheard_capture.page.run_folder import RunFolder


def of(run: RunFolder, name: str) -> list[Chain]:
    return chains(run, by_name()[name])


def test_the_chain_of_the_server_leads_to_a_root_that_was_not_sent(run: RunFolder) -> None:
    (chain,) = of(run, "https")
    assert chain.of == "the server, in the attempt trusting the lab CA"
    assert chain.certificates[0].sentence.endswith(f'I am "server" according to "{chain.certificates[0].issuer}".')
    assert chain.issuer == chain.certificates[-1].issuer != chain.certificates[-1].subject
    assert chain.flaws == ()


def test_those_of_clients_are_told_apart(run: RunFolder) -> None:
    assert {chain.of.partition(",")[0] for chain in of(run, "mutual-tls")} == {"the server", "the client"}


def test_behind_an_interceptor_there_are_two_and_one_is_an_impostors(run: RunFolder) -> None:
    found = of(run, "https-unverified-intercepted")
    assert len({chain.certificates[-1].issuer for chain in found}) == len(found) == 2
    assert {chain.of.partition(",")[0] for chain in found} == {"the server", "the interceptor"}


@pytest.mark.parametrize("name", ["http", "diffie-hellman"])
def test_without_tls_there_are_none(run: RunFolder, name: str) -> None:
    assert of(run, name) == []
