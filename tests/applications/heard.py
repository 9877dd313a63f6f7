"""What a listener gets to know of a conversation, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from overheard.witness.listening import SECRET
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.witness.pytest_plugin import Overheard

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)

# It is known to be sealed because the client wrote its session keys, or because all of it has the shape of TLS.
OVERHEARD = "OVERHEARD"
PROVED, SHAPED = "PROTECTED sealed, proved by the session keys", "PROTECTED sealed, by shape"
# It never left: the client writes no keys, or there was nothing to write keys for.
ABSENT = "INCONCLUSIVE present"


def heard(
    overheard: Overheard,
    port: int,
    talk: Callable[[], object],
    *,
    refuses: type[Exception] | None = None,
    **arguments: Any,  # noqa: ANN401  (those of `overheard.listen`)
) -> str:
    """The outcome of listening to this port while `talk` runs, and on what PROTECTED rests, or why it is not.

    `refuses` is the error by which the client must end.
    """
    # Only spent while a stream is open: on a busy machine, a server may take seconds to close its side.
    defaults = {"port": port, "secret": PASSWORD, "patience": 30}
    with overheard.listen(**{**defaults, **arguments}) as wire:
        try:
            talk()
        except Exception as error:
            if refuses is None or not isinstance(error, refuses):
                raise
        else:
            assert refuses is None
    verdict = wire.report.verdicts[SECRET]
    if verdict.outcome is Outcome.PROTECTED:
        return f"{verdict.outcome} {verdict.ground}"
    if verdict.outcome is Outcome.OVERHEARD:
        return verdict.outcome
    return " ".join([verdict.outcome, *(check.code for check in verdict.reasons)])
