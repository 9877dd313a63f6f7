"""The watch of the pytest plugin: no test passes during which a secret can be overheard, whatever else comes of it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from overheard.witness.listening import Wire

# The name of a property of test reports, which also reaches the summary from the workers of pytest-xdist.
OVERHEARD = "overheard-secrets"
_SAYS = pytest.StashKey[str]()


class Watch:
    """Listens to each test from before its first fixture is set up until after its last one is torn down.

    A plugin. What it heard is an error at the end of the test: neither a failure before that nor xfail hides it.
    """

    def __init__(self, secrets: Mapping[str, str], interface: str, capture_filter: str) -> None:
        self._secrets = secrets
        self._interface = interface
        self._filter = capture_filter
        self._listening = ExitStack()
        self._wire: Wire | None = None

    def pytest_report_header(self) -> str:
        """Say what is watched."""
        return f"overheard: watching {', '.join(self._secrets)} on {self._interface}"

    def pytest_runtest_setup(self) -> None:
        """Begin to listen. A test that is to be skipped was skipped before this, and fixtures are set up after it."""
        from overheard.witness.listening import listen  # noqa: PLC0415  (it takes time, and no test may run)

        listener = listen(secret=self._secrets, interface=self._interface, capture_filter=self._filter)
        self._wire = self._listening.enter_context(listener)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, None, None]:
        """Stop listening, and note what was wrong."""
        try:
            return (yield)
        finally:
            self._listening.close()
            if self._wire:
                self._note(item, self._wire)
            self._wire = None

    def pytest_unconfigure(self) -> None:
        """Stop listening if the run was interrupted."""
        self._listening.close()

    @staticmethod
    def _note(item: pytest.Item, wire: Wire) -> None:
        names = ", ".join(name for name, verdict in wire.report.verdicts.items() if verdict.sightings)
        if names:
            item.user_properties.append((OVERHEARD, names))
            item.stash[_SAYS] = f"{names} could be overheard during this test\n\n{wire.verdict}"
        elif not wire.recorded:
            item.stash[_SAYS] = f"not all of this test was recorded, so that nobody watched\n\n{wire.verdict}"

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Make the end of the test an error if something was wrong."""
        report = yield
        says = item.stash.get(_SAYS, "")
        if says and call.when == "teardown":
            if report.passed:
                report.longrepr = says
            else:
                report.sections.append(("overheard", says))
            report.outcome = "failed"
            # As xfail would have it.
            vars(report).pop("wasxfail", None)
            del item.stash[_SAYS]
        return report
