"""What `overheard ca` does with the CA as a whole: create, serve, trust, back up."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from overheard.command.ca import issued
from overheard.command.ca.settings import SETTINGS
from overheard.command.programs import run_program
from overheard.role.files import write_whole
from overheard.role.packages import check_for_ca
from overheard.words.errors import SettingsError
from overheard.words.escaping import escaped
from overheard.words.suggestions import unknown
from overheard_ca.certificates import fingerprint
from overheard_ca.operator import backup
from overheard_ca.operator.folder import Folder
from overheard_ca.operator.kinds import KeyKind
from overheard_ca.operator.signing import names_of
from overheard_ca.operator.trial import trial
from overheard_ca.operator.trust import WAYS, written
from overheard_ca.profile import Profile
from overheard_ca.status.crl import RevocationList

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from overheard_ca.settings import Settings


def act(options: argparse.Namespace) -> int:
    """Do what was asked for, and return the exit code. Raises OverheardError."""
    return _ACTIONS[options.action](options)


def folder_of(options: argparse.Namespace) -> Folder:
    """The folder of the CA, with what the command line says about its keys and settings. Raises SettingsError."""
    state: Path | None = options.state
    if state is None:
        raise SettingsError("nobody knows where your home folder is", hint="name the folder of the CA with --state")
    beside = state.with_name(f"{state.name}.passphrase")
    given = {each.variable: each.kept(getattr(options, each.variable, None)) for each in SETTINGS}
    folder = Folder(
        state,
        getattr(options, "passphrase_file", None) or beside,
        given={variable: value for variable, value in given.items() if value is not None},
        environment={each.variable: os.environ.get(each.variable, "") for each in SETTINGS},
    )
    needs_keys = hasattr(options, "ask")
    if needs_keys and (options.ask or (folder.exists and not folder.passphrase_file.exists())):
        return folder.with_passphrase(_asked(new=not folder.exists))
    return folder


def _asked(*, new: bool) -> bytes:
    """The passphrase, typed on the terminal; twice if it is new. Raises SettingsError."""
    try:
        with Path("/dev/tty").open():
            pass
    except OSError:
        raise SettingsError(
            "the passphrase has to be asked for, and there is no terminal", hint="name its file with --passphrase-file"
        ) from None
    typed = getpass("passphrase of the CA's keys: ")
    if new and getpass("the same once more: ") != typed:
        raise SettingsError("these are two different passphrases", hint="nothing was created; try again")
    return typed.encode()


def _init(options: argparse.Namespace) -> int:
    folder = folder_of(options)
    if folder.exists:
        raise SettingsError(
            f"there is a CA in {folder.path} already, and nothing was changed",
            hint="`overheard ca serve` takes new settings; --state names another folder",
        )
    settings, _ = folder.start()
    issued.say(f"a new CA is in {folder.path}", *_facts(folder, settings))
    issued.say(
        "",
        "next:",
        "  overheard ca trust          how to trust its root",
        "  overheard ca sign NAME      a key and a certificate for a server",
        "  overheard ca serve          speak ACME",
    )
    return 0


def _facts(folder: Folder, settings: Settings) -> list[str]:
    root, _ = folder.certificates()
    permitted = settings.permitted
    may = ", ".join([*permitted.domains, *map(str, permitted.networks)]) if permitted else "anything"
    return [
        f"  root         {folder.root}",
        f"  SHA-256      {fingerprint(root)}",
        f"  passphrase   {'the one that you typed' if folder.passphrase else folder.passphrase_file}",
        f"  may certify  {may}",
    ]


def _serve(options: argparse.Namespace) -> int:
    check_for_ca()
    import logging  # noqa: PLC0415

    from overheard_ca.serving import serve_certificates  # noqa: PLC0415  (it needs what was just checked)

    folder = folder_of(options)
    settings, issuance = folder.start()
    base = f"https://{settings.host}:{settings.port}"
    facts = _facts(folder, settings)
    if settings.acme:
        facts.append(f"  ACME         {base}/acme/directory")
    if settings.requesters:
        facts.append(f"  tokens       {settings.handover}, for {base}/certificates")
    if settings.status:
        facts.append(f"  revocations  {settings.status.crl}")
    sys.stderr.write("\n".join(map(escaped, ["the CA is served until Ctrl-C", *facts])) + "\n")
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s ca: %(message)s")
    serve_certificates(settings, issuance)
    return 0


def _crl(options: argparse.Namespace) -> int:
    if options.der and not options.output:
        raise SettingsError("--der is for a file", hint="name it with --output")
    issuance = folder_of(options).open()
    authority = issuance.authority
    content = RevocationList(authority.issuing, issuance.ledger).current(datetime.now(UTC))
    if not options.der:
        content = x509.load_der_x509_crl(content).public_bytes(Encoding.PEM)
        # An empty list counts as false.
        if authority.root_list is not None:
            content += authority.root_list.public_bytes(Encoding.PEM)
    if options.output:
        write_whole(options.output, content, mode=0o644)
    else:
        sys.stdout.write(content.decode())
    return 0


def _trust(options: argparse.Namespace) -> int:
    folder = folder_of(options)
    folder.check_exists()
    ways = {way.program: way for way in WAYS}
    if options.program and (problem := unknown("program", [options.program], ways)):
        raise SettingsError(problem, hint=f"known are {', '.join(ways)}")
    for way in [ways[options.program]] if options.program else ways.values():
        said = written(way, folder.root.absolute())
        lines = [f"{said.program}:", *(f"  {line}" for line in said.trust.splitlines()), f"  undo: {said.undo}"]
        issued.say(*lines)
    return 0


def _fingerprint(options: argparse.Namespace) -> int:
    root, _ = folder_of(options).certificates()
    issued.say(fingerprint(root))
    return 0


def _backup(options: argparse.Namespace) -> int:
    folder = folder_of(options)
    backup.back_up(folder, options.file)
    issued.say(f"wrote {options.file}; the passphrase of the keys is not in it: keep that elsewhere")
    return 0


def _restore(options: argparse.Namespace) -> int:
    folder = folder_of(options).path
    backup.restore(options.file, folder)
    issued.say(f"restored {folder}; the passphrase of its keys is the one from when it was backed up")
    return 0


def _trial(options: argparse.Namespace) -> int:
    names = names_of([options.name, *options.also])
    profile, kind = Profile(options.profile), KeyKind(options.key_type)
    if profile in (Profile.MUST_STAPLE, Profile.LOGGED):
        raise SettingsError(f"{profile} needs a CA that is served, which no trial has", hint="choose another --profile")
    with trial(names, profile, kind, sole_trust=options.sole_trust) as variables:
        code = run_program(options.program, variables)
    return code if code >= 0 else 128 - code


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "init": _init,
    "serve": _serve,
    "sign": lambda options: issued.sign(folder_of(options), options),
    "list": lambda options: issued.listed(folder_of(options), options),
    "show": lambda options: issued.show(folder_of(options), options),
    "revoke": lambda options: issued.revoke(folder_of(options), options),
    "renew": lambda options: issued.renew(folder_of(options), options),
    "crl": _crl,
    "trust": _trust,
    "fingerprint": _fingerprint,
    "backup": _backup,
    "restore": _restore,
    "trial": _trial,
}
