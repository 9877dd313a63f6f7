"""Every kind of refusal, one entry each.

`raise NAME_NOT_YOURS.error(name=...)`. The sentences say what was wrong and what to do. They quote
at most a line of a request, and nothing of a token.
"""

from __future__ import annotations

from dataclasses import dataclass

from overheard_ca.errors import RefusedError


@dataclass(frozen=True)
class Kind:
    """A kind of refusal: makes the error to raise, given the details for its sentence."""

    code: str
    status: int
    says: str

    def error(self, **details: object) -> RefusedError:
        """The error, with `details` filled into its sentence."""
        return RefusedError(self.code, self.status, self.says.format(**details))


TOKEN_MISSING = Kind(
    "token-missing",
    401,
    "No token came with the request: send the one in the handover folder as `Authorization: Bearer TOKEN`.",
)
TOKEN_UNKNOWN = Kind(
    "token-unknown",
    401,
    "This CA does not know this token: read it again from the handover folder, and check that this is the right CA.",
)
TOKEN_USED = Kind(
    "token-used",
    401,
    "This token was used, and each is valid for one certificate: restart the CA, which hands over a new one.",
)
BODY_TOO_LARGE = Kind(
    "body-too-large",
    413,
    "The request is larger than {limit} bytes: send one certificate signing request in PEM and nothing else.",
)
BODY_BROKEN = Kind(
    "body-broken",
    400,
    "The request's body is incomplete: send it again.",
)
NOT_A_CSR = Kind(
    "not-a-csr",
    400,
    "The body is not a certificate signing request in PEM (-----BEGIN CERTIFICATE REQUEST-----): make one and send it.",
)
MORE_THAN_ONE = Kind(
    "more-than-one",
    400,
    "The body holds {count} PEM blocks: send one certificate signing request at a time.",
)
KEY_REFUSED = Kind(
    "key-refused",
    422,
    "The key is {key}: use EC P-256, P-384 or P-521, Ed25519, or RSA of 2048 to 8192 bits "
    "with the public exponent 65537.",
)
SIGNATURE_BROKEN = Kind(
    "signature-broken",
    422,
    "The signing request is not signed by its own key: sign it with the private key that belongs to it.",
)
ASKS_FOR_CA = Kind(
    "asks-for-ca",
    403,
    "The signing request asks for CA:TRUE, and this CA certifies no other CA: leave out basicConstraints.",
)
NAMES_MISSING = Kind(
    "names-missing",
    422,
    "The signing request has no names: put the names of your service into its subjectAltName.",
)
NAME_KIND = Kind(
    "name-kind",
    422,
    "The subjectAltName holds a {kind}: only DNS names and IP addresses are certified here.",
)
COMMON_NAME_ALONE = Kind(
    "common-name-alone",
    422,
    "The common name {name!r:.80} is not in the subjectAltName: put it there too, or leave it out.",
)
NAME_NOT_ALLOWED = Kind(
    "name-not-allowed",
    403,
    "The name {name!r:.80} is not on this CA's list: ask for a name that is in OVERHEARD_CA_REQUESTERS.",
)
NAME_NOT_YOURS = Kind(
    "name-not-yours",
    403,
    "The name {name!r:.80} belongs to another requester: ask for your own names, or use that requester's token.",
)
NAME_NOT_PERMITTED = Kind(
    "name-not-permitted",
    403,
    "The name {name!r:.80} is outside of what the issuing certificate permits: ask for another name, or let "
    "OVERHEARD_CA_PERMITTED include it.",
)

LOG_REFUSED = Kind(
    "log-refused",
    503,
    "The certificate could not be logged ({why}), and what is not in the log is not issued: try again later.",
)
LOG_CHAIN = Kind(
    "log-chain",
    400,
    "The log does not take this chain: {why}. Send a certificate, and behind each its issuer.",
)
LOG_PARAMETER = Kind(
    "log-parameter",
    400,
    "The parameter {name} is wrong: {why}.",
)
LOG_UNKNOWN = Kind(
    "log-unknown",
    404,
    "No leaf of the tree of {size} entries has this hash: ask for the hash of a leaf, with a later tree.",
)

KINDS = tuple(kind for kind in globals().copy().values() if isinstance(kind, Kind))
