"""What each requester gets in its own folder: the fingerprint of the root, and a token that is valid once.

The folder is the only thing that CA and requester must share beforehand; all other trust derives from its content.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from overheard.role.files import write_whole
from overheard.words.handover import FINGERPRINT, LOG_KEY, TOKEN
from overheard_ca.ledger import Ledger
from overheard_ca.settings import Requester


def hand_over(folder: Path, requesters: tuple[Requester, ...], fingerprint: str, ledger: Ledger) -> None:
    """Make sure that each requester has the root's fingerprint, and an unused token if it may ask for a name.

    Unused tokens that no requester has any more, or that were for other names or another use, are withdrawn.
    """
    tokens = [_hand_over_to(folder / requester.name, requester, fingerprint, ledger) for requester in requesters]
    ledger.withdraw_all_but(token for token in tokens if token)


def hand_over_log(folder: Path, requesters: tuple[Requester, ...], public_key: bytes) -> None:
    """Give each requester the key of the log, by which to know it, in PEM."""
    for requester in requesters:
        write_whole(folder / requester.name / LOG_KEY, public_key)


def _hand_over_to(folder: Path, requester: Requester, fingerprint: str, ledger: Ledger) -> str:
    """Hand over to one requester. Returns the token in its folder; empty if it needs none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(folder / FINGERPRINT, f"{fingerprint}\n".encode())
    file = folder / TOKEN
    if not requester.names:
        file.unlink(missing_ok=True)
        return ""
    token = _held(file)
    if not _good(token, requester, ledger):
        token = secrets.token_urlsafe(32)
        # The ledger first: a token in the folder must work; a token that is only in the ledger is withdrawn.
        ledger.add_token(token, requester.name, requester.names, requester.profile)
        write_whole(file, f"{token}\n".encode())
    return token


def _held(file: Path) -> str:
    return file.read_bytes().decode(errors="replace").strip() if file.exists() else ""


def _good(token: str, requester: Requester, ledger: Ledger) -> bool:
    grant = ledger.grant(token)
    if grant is None or grant.used:
        return False
    wanted = (requester.name, frozenset(requester.names), requester.profile)
    return (grant.requester, grant.names, grant.profile) == wanted
