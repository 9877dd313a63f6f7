"""Tries: how often something may be tried that takes long, such as to read what might be compressed.

Bytes can be made in which that seems to begin everywhere. Ordinary ones never reach the bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.findings import Reason
from overheard_capture.content.work import TO_TRY

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings


class Tries:
    """How much may be tried in one content: so much at first, and more by what is added.

    Where more would have to be tried, that is reported once, in the words `what`.
    """

    __slots__ = ("_findings", "_is_reported", "_layers", "_left", "_what")

    def __init__(self, findings: Findings, layers: Layers, what: str, first: int) -> None:
        self._findings, self._layers, self._what = findings, layers, what
        self._left, self._is_reported = first, False

    @property
    def are_over(self) -> bool:
        """Whether more would have had to be tried."""
        return self._is_reported

    def add(self, count: int) -> None:
        """Allow so much more."""
        self._left += count

    def take(self, count: int) -> bool:
        """Whether there is something left, from which this is subtracted."""
        if self._left > 0:
            self._findings.work.left -= TO_TRY
            self._left -= count
            return True
        if not self._is_reported:
            self._is_reported = True
            self._findings.report_unread(Reason.LIMIT, self._what, self._layers)
        return False
