"""What `overheard ca` does with single certificates: sign, list, show, revoke, renew."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509

from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question, roots
from overheard.certificates.rules.rule import Finding
from overheard.report.certificate import certificates
from overheard.report.console import console
from overheard.report.issued import certificates_table, refusals_table
from overheard.report.json_text import as_json
from overheard.role.files import write_whole
from overheard.role.profiles import renewal_due
from overheard.words.errors import OverheardError, SettingsError
from overheard.words.escaping import escaped
from overheard_ca.authority import pem
from overheard_ca.ledger import revoke as revoked_in
from overheard_ca.operator.finding import find, of_file
from overheard_ca.operator.kinds import KeyKind
from overheard_ca.operator.signing import (
    OPERATOR,
    PrivateKey,
    in_pem,
    names_of,
    new_key,
    renewable,
    renewed,
    requested,
)
from overheard_ca.operator.signing import sign as signed
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest

if TYPE_CHECKING:
    import argparse

    from overheard_ca.ledger import Issued, Refusal
    from overheard_ca.operator.folder import Folder

# Of a name, what a file may be called: a wildcard is none, nor is a colon everywhere.
_IN_FILES = str.maketrans({"*": "_", ":": "-"})


class _Order(NamedTuple):
    """What is to be signed, and the files for it. Without a key, that is the requester's."""

    asked: CheckedRequest
    certificate: Path
    key: PrivateKey | None = None
    key_file: Path | None = None


def sign(folder: Folder, options: argparse.Namespace) -> int:
    """Sign for names, or a signing request, and write the files. Raises OverheardError."""
    order = _order(options)
    for file in filter(None, (order.certificate, order.key_file)):
        _check_is_new(file)
    issuance = folder.open()
    if options.days:
        issuance = replace(issuance, life=timedelta(days=options.days))
    if order.key and order.key_file:
        # First: a certificate whose key could not be written is of no use to anybody.
        write_whole(order.key_file, in_pem(order.key))
    try:
        chain = signed(issuance, order.asked, Profile(options.profile))
    except BaseException:
        if order.key_file:
            order.key_file.unlink(missing_ok=True)
        raise
    write_whole(order.certificate, chain, mode=0o644)
    leaf = x509.load_pem_x509_certificate(chain)
    say(f"certificate  {order.certificate}  (it, and the issuing one)")
    if order.key_file:
        say(f"key          {order.key_file}")
    say(f"valid until  {leaf.not_valid_after_utc:%Y-%m-%d %H:%M} UTC, for {', '.join(map(str, order.asked.names))}")
    say(f"serial       {leaf.serial_number:x}")
    return 0


def _order(options: argparse.Namespace) -> _Order:
    if bool(options.names) == bool(options.csr):
        raise SettingsError("give names, or a signing request with --csr", hint="example: overheard ca sign app.test")
    if options.csr:
        if options.key:
            raise SettingsError("with --csr there is no new key to write", hint="leave --key out")
        return _Order(requested(options.csr), options.certificate or options.csr.with_suffix(".pem"))
    names = names_of(options.names)
    key = new_key(KeyKind(options.key_type))
    base = str(names[0]).translate(_IN_FILES)
    certificate = options.certificate or Path(f"{base}.pem")
    key_file = options.key or Path(f"{base}.key.pem")
    if certificate == key_file:
        raise SettingsError("the certificate and the key are to be in the same file", hint="name two")
    return _Order(CheckedRequest(key.public_key(), names), certificate, key, key_file)


def listed(folder: Folder, options: argparse.Namespace) -> int:
    """List the record. Raises SettingsError."""
    ledger, now = folder.ledger(), datetime.now(UTC)
    if options.refused:
        refused = list(ledger.refused())
        _present(
            [_refusal(each) for each in refused], refusals_table, as_rows=options.json, nothing="nothing was refused"
        )
        return 0
    last = now + timedelta(days=options.expiring) if options.expiring else None
    shown = [
        _about(each, now)
        for each in ledger.all_issued()
        if (options.all or each.not_after > now) and (last is None or each.not_after <= last)
    ]
    _present(shown, certificates_table, as_rows=options.json, nothing="no certificate is like that")
    return 0


def show(folder: Folder, options: argparse.Namespace) -> int:
    """Show one certificate. Returns 1 if something is wrong with it. Raises SettingsError."""
    found = find(folder.ledger(), options.what)
    _, issuing = folder.certificates()
    if found.certificate is None:
        raise SettingsError(f"the ledger has no copy of {found.serial:x}: it is from before certificates were kept")
    chain = pem(found.certificate) + pem(issuing)
    if options.pem:
        sys.stdout.write(chain.decode())
        return 0
    examination = examine_file(chain, f"{found.serial:x}", Question(trusted=roots(folder.root)))
    # The record knows whether it was revoked, and any name of it may be used.
    examination = replace(examination, unasked=())
    if found.revoked:
        why = f"revoked on {found.revoked.at:%Y-%m-%d %H:%M} UTC by {found.revoked.by}: {found.revoked.reason.value}"
        examination = replace(examination, wrong=(Finding("revoked", why), *examination.wrong))
    about = _about(found, datetime.now(UTC))
    if options.json:
        sys.stdout.write(as_json({"record": about, **examination.to_json()}))
    else:
        say(f"issued to {about['requester']} on {about['not_before']}; {about['state']}")
        console().print(certificates(examination), soft_wrap=True)
    return examination.exit_code


def revoke(folder: Folder, options: argparse.Namespace) -> int:
    """Revoke one certificate. Raises OverheardError."""
    ledger = folder.ledger()
    found, now = find(ledger, options.what), datetime.now(UTC)
    with ledger.transaction() as entry:
        new = revoked_in(entry, found.serial, x509.ReasonFlags(options.reason), OPERATOR, now)
    names = ", ".join(found.names)
    if not new:
        say(f"{found.serial:x} ({names}) was revoked before; nothing was changed")
        return 0
    say(f"revoked {found.serial:x} ({names}): {options.reason}")
    if folder.settings().status is None:
        say("this CA publishes no revocations (--status-url): hand out the list that `overheard ca crl` prints")
    return 0


def renew(folder: Folder, options: argparse.Namespace) -> int:
    """Renew what is due of these files. Returns 2 if one of them cannot be renewed. Raises OverheardError."""
    issuance, now = folder.open(), datetime.now(UTC)
    code = 0
    for file in options.files:
        try:
            found = of_file(issuance.ledger, file)
            old = renewable(found)
            when = renewal_due(old.not_valid_before_utc, old.not_valid_after_utc)
            if when > now and not options.now:
                say(f"{file}: not due before {when:%Y-%m-%d}")
                continue
            chain = renewed(issuance, found, options.days)
        except (OverheardError, OSError) as problem:
            why = escaped(problem.strerror or "") if isinstance(problem, OSError) else str(problem)
            sys.stderr.write(f"overheard: {escaped(str(file))}: {why}\n")
            code = 2
            continue
        write_whole(file, chain, mode=0o644)
        until = x509.load_pem_x509_certificate(chain).not_valid_after_utc
        say(f"{file}: renewed, valid until {until:%Y-%m-%d %H:%M} UTC")
    return code


def _about(each: Issued, now: datetime) -> dict[str, Any]:
    """A certificate as the list has it."""
    revoked = each.revoked
    state = "revoked" if revoked else "expired" if each.not_after <= now else "valid"
    begins = each.certificate.not_valid_before_utc if each.certificate else None
    return {
        "serial": f"{each.serial:x}",
        "names": list(each.names),
        "requester": each.requester,
        "not_before": begins.isoformat() if begins else None,
        "not_after": each.not_after.isoformat(),
        "state": state,
        "revoked": {"at": revoked.at.isoformat(), "reason": revoked.reason.value, "by": revoked.by}
        if revoked
        else None,
    }


def _refusal(each: Refusal) -> dict[str, Any]:
    return {
        "at": each.at.isoformat(timespec="seconds"),
        "requester": each.requester,
        "names": list(each.names),
        "code": each.code,
        "message": each.message,
    }


def _present(rows: list[dict[str, Any]], table: Any, *, as_rows: bool, nothing: str) -> None:  # noqa: ANN401
    if as_rows:
        sys.stdout.write(as_json(rows))
    elif rows:
        console().print(table(rows))
    else:
        say(nothing)


def _check_is_new(file: Path) -> None:
    if file.exists():
        raise SettingsError(f"{file} exists already", hint="name another file, or renew it: `overheard ca renew`")


def say(*lines: str) -> None:
    """Print lines, in which there may be names from outside."""
    sys.stdout.write("\n".join(map(escaped, lines)) + "\n")
