"""A certificate for the lifetime of a command: from a CA that exists for it alone, and whose keys are in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from overheard.role.files import write_whole
from overheard.role.names import Name
from overheard_ca.authority import pem
from overheard_ca.certificates import Issuer, issuing_certificate, leaf_certificate, root_certificate
from overheard_ca.limits import constraints
from overheard_ca.operator.kinds import KeyKind
from overheard_ca.operator.signing import in_pem, new_key
from overheard_ca.permitted import Permitted, exactly
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest

# The variables for the command. Those of TRUST are read by programs themselves.
CERTIFICATE, KEY, ROOT = "OVERHEARD_CERTIFICATE", "OVERHEARD_KEY", "OVERHEARD_ROOT"
# node adds this root to those that it trusts anyway.
ADDED_TRUST = ("NODE_EXTRA_CA_CERTS",)
# These programs then trust no other root.
SOLE_TRUST = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

# Nobody runs a test for longer.
_LIFE = timedelta(days=1)


@contextmanager
def trial(names: tuple[Name, ...], profile: Profile, kind: KeyKind, *, sole_trust: bool) -> Iterator[Mapping[str, str]]:
    """Variables that name the files of a certificate for `names`, its key, and the root; they are removed at the end.

    The CA may certify these names alone. With `sole_trust`, programs also trust its root, and no other one.
    """
    now = datetime.now(UTC)
    root_key, issuing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    key = new_key(kind)
    root = Issuer(root_certificate(root_key, now), root_key)
    limits = constraints(Permitted.of(exactly(_bare(name)) for name in names))
    issuing = Issuer(issuing_certificate(issuing_key, root, now, limits), issuing_key)
    leaf = leaf_certificate(CheckedRequest(key.public_key(), names), profile, issuing, _LIFE, now)
    with tempfile.TemporaryDirectory(prefix="overheard-") as temporary:
        files = {
            CERTIFICATE: ("certificate.pem", pem(leaf) + pem(issuing.certificate)),
            KEY: ("key.pem", in_pem(key)),
            ROOT: ("root.pem", pem(root.certificate)),
        }
        for name, content in files.values():
            write_whole(Path(temporary) / name, content)
        variables = {variable: str(Path(temporary) / name) for variable, (name, _) in files.items()}
        trusting = (*ADDED_TRUST, *(SOLE_TRUST if sole_trust else ()))
        yield {**variables, **dict.fromkeys(trusting, variables[ROOT])}


def _bare(name: Name) -> Name:
    """What a wildcard is below of; any other name as it is."""
    return name.removeprefix("*.") if isinstance(name, str) else name
