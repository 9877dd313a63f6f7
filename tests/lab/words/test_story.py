"""The story as data: properties of every scenario."""

from __future__ import annotations

import re

from overheard.words.scenario import Disguise, Need, Trust
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.services import GALLERY_PORTS, Service
from overheard.words.story import CONTROL, SCENARIOS
from overheard.words.verdict import NEVER_SENT, Outcome

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def test_the_positive_control_is_plain_http_and_expected_to_be_overheard() -> None:
    control = BY_NAME[CONTROL]
    (attempt,) = control.attempts
    assert attempt.service.scheme == "http"
    assert attempt.disguise is Disguise.NONE
    assert control.expected.outcome is Outcome.OVERHEARD
    assert not control.needs


def test_names_are_unique_and_can_be_files_and_commands() -> None:
    assert len(BY_NAME) == len(SCENARIOS)
    for name in BY_NAME:
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name)


def test_every_scenario_has_a_one_line_title() -> None:
    for scenario in SCENARIOS:
        assert scenario.title
        assert len(scenario.title.splitlines()) == 1


def test_what_is_neither_overheard_nor_protected_names_its_reasons() -> None:
    for scenario in SCENARIOS:
        outcome = scenario.expected.outcome
        assert bool(scenario.expected.reasons) == (outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_SENT))
        assert (scenario.expected.reasons == {NEVER_SENT}) == (outcome is Outcome.NOT_SENT)


def test_nothing_in_clear_is_expected_to_be_protected() -> None:
    for scenario in SCENARIOS:
        if scenario.expected.outcome is Outcome.PROTECTED:
            for attempt in scenario.attempts:
                sealed = attempt.disguise in (Disguise.FERNET, Disguise.DIFFIE_HELLMAN)
                assert sealed or (attempt.service.scheme == "https" and attempt.trust is _certifies(attempt.service))
                assert not attempt.intercepted


def _certifies(service: Service) -> Trust:
    """The one CA whose certificate the service has. Whoever trusts any other besides may be talking to a spy."""
    return Trust.GALLERY_CA if service.port in GALLERY_PORTS else Trust.LAB_CA


def test_an_expected_overheard_names_the_spelling_and_layers() -> None:
    for scenario in SCENARIOS:
        assert bool(scenario.expected.seen) == (scenario.expected.outcome is Outcome.OVERHEARD)


def test_scenarios_through_the_interceptor_declare_that_need() -> None:
    for scenario in SCENARIOS:
        intercepted = any(attempt.intercepted for attempt in scenario.attempts)
        assert intercepted == (Need.INTERCEPTOR in scenario.needs)


def test_every_attempt_of_a_scenario_has_a_unique_name() -> None:
    for scenario in SCENARIOS:
        names = [attempt.name for attempt in scenario.attempts]
        assert all(names)
        assert len(set(names)) == len(names)


def test_the_message_is_the_one_of_the_story() -> None:
    assert SECRET_MESSAGE == "fluffy tail"  # noqa: S105
