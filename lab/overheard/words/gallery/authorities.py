"""Certificates that no trusted authority vouches for: chains with something missing, wrong, forbidden, or revoked."""

from __future__ import annotations

from overheard.words.gallery import revocation, trust
from overheard.words.gallery.row import Row, unverified
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="self-signed",
        port=5611,
        wrong="the server's certificate is self-signed",
        made="a certificate that is its own issuer",
        says=unverified("self-signed certificate"),
        also=(
            *trust.UNTRUSTED,
            "depth zero self signed cert",
            "invalid peer certificate: CaUsedAsEndEntity",
            "certificate is self-signed",
            "might be connecting to a server that is pretending to be",
            "MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT",
            "ASN_SELF_SIGNED_ERROR",
            "the certificate is self-signed",
            "certificate is not trusted because it is self-signed",
            "alert unknown ca",
            "self-signed certificate presented",
            "bad_cert selfsigned_peer",
            "CaUsedAsEndEntity",
            "MOZILLA_PKIX_ERROR_CA_CERT_USED_AS_END_ENTITY",
        ),
        cause="The server's certificate is its own issuer, so no authority vouches for it, and the client was not told "
        "to trust it.",
        cure="Have a certificate issued by an authority that the client trusts; for your own server, give the client "
        "exactly this certificate: `requests.get(url, verify='server.pem')`. If the server is not yours, ask its owner "
        "for the certificate, or for its fingerprint, over another way than this connection.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="self-signed-in-chain",
        port=5612,
        wrong="the root is unknown to the client, and the server sends it",
        made="a complete chain up to a stranger's root, including that root",
        says=unverified("self-signed certificate in certificate chain"),
        also=(
            *trust.UNTRUSTED,
            "self signed cert in chain",
            "certificate chain ... self-signed certificate",
        ),
        cause="The chain ends in a root that the client does not trust; most often a company proxy intercepts TLS "
        "and presents its own certificates.",
        cure="Get that root from a source that you trust (a company's from its administrators), and name it: "
        "`verify='root.pem'` or REQUESTS_CA_BUNDLE=root.pem; requests trusts the roots of certifi, not those of the "
        "operating system. If the server is yours, have its certificate issued by an authority that its clients trust.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="unknown-root",
        port=5613,
        wrong="the root is unknown to the client",
        made="a chain that leads to a stranger's root, which is not sent",
        says=unverified("unable to get local issuer certificate"),
        also=(
            *trust.UNTRUSTED,
            "unable to get issuer certificate locally",
            "unable to get issuer cert locally",
            "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            "x509: certificate is not trusted",
            *trust.PARTIAL,
            "alert unknown ca",
            "might be connecting to a server that is pretending to be",
        ),
        cause="The chain leads to a root that the client does not trust.",
        cure="Name the root that you trust for this server: `verify='root.pem'` or REQUESTS_CA_BUNDLE=root.pem; for "
        "a public root, `pip install --upgrade certifi`. If the server is yours, have its certificate issued by an "
        "authority that its clients trust.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="missing-intermediate",
        port=5614,
        wrong="the server does not send its intermediate certificate",
        made="only the server's certificate, without that of its issuing CA",
        says=unverified("unable to get local issuer certificate"),
        also=(
            *trust.PARTIAL,
            "unable to verify the first certificate",
            "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            "unable to verify leaf signature",
            "incomplete certificate chain",
            "certificate chain is incomplete",
            "unable to get issuer cert locally",
            *trust.UNTRUSTED,
        ),
        cause="The server sends its own certificate without the one above it (RFC 8446, 4.4.2); browsers often "
        "have it from elsewhere or fetch it, but OpenSSL does not.",
        cure="Have the server send the whole chain: with certbot `fullchain.pem` instead of `cert.pem`, otherwise "
        "`cat server.pem intermediate.pem > chain.pem`. If the server is not yours, tell its owner; until then, fetch "
        "the intermediate that the certificate names (`openssl x509 -noout -ext authorityInfoAccess -in FILE`), and "
        "give the client a file with it and its root.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="wrong-order",
        port=5615,
        wrong="the chain is sent in the wrong order",
        made="TLS 1.2 with the certificate of the issuing CA first, and the server's own after it",
        says=unverified("unsuitable certificate purpose"),
        also=(
            "unsupported certificate purpose",
            "certificate chain not in order",
            "chain issues: incorrect order",
            "certificates are not in order",
        ),
        cause="The first certificate must be the server's own (RFC 8446, 4.4.2); here it is that of an authority, "
        "which is not for servers.",
        cure="Put the server's certificate first in the chain file, then its issuer's: "
        "`cat server.pem intermediate.pem > chain.pem`. If the server is not yours, only its owner can do that.",
        wire=Wire("unsupported_certificate", "client"),
    ),
    Row(
        name="intermediate-not-ca",
        port=5616,
        wrong="the certificate above the server's is not a CA certificate",
        made="a server's certificate that was issued by another server",
        says=unverified("invalid CA certificate"),
        also=(
            "key usage does not include certificate signing",
            "CA key usage check failed",
            "parent certificate cannot sign this kind of certificate",
            "EndEntityUsedAsCa",
            "certificate issuer is not a CA",
            "certificate signer ... was not a CA",
            "SEC_ERROR_CA_CERT_INVALID",
            "issuer certificate is invalid",
            "basic constraints check failed: this is not a CA certificate",
            "not a CA certificate",
            "TRUSTANCHOR does not have the basic constraints",
            "InvalidBasicConstraints",
            "certificate violates the signer's constraints",
            "violates the signer's constraints",
            "x509: certificate is not authorized to sign other certificates",
            "CERT_E_ROLE",
            "MOZILLA_PKIX_ERROR_V1_CERT_USED_AS_CA",
            "invalid non-CA certificate",
            "invalid basic constraints",
        ),
        cause="A certificate without `CA:TRUE` in its basic constraints has signed another, which RFC 5280, 4.2.1.9, "
        "forbids: otherwise anybody with any certificate could issue one for any name.",
        cure="Issue the intermediate again with `basicConstraints = critical,CA:TRUE` and "
        "`keyUsage = critical,keyCertSign,cRLSign`, and everything below it as well. If the server "
        "is not yours, only its owner can do that.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="path-length-exceeded",
        port=5617,
        wrong="the chain has more authorities than one of them allows",
        made="a CA with pathlen:0 above another CA",
        says=unverified("path length constraint exceeded"),
        also=(
            "PATH_LENGTH_EXCEEDED",
            "too many intermediates for path length constraint",
            "PathLenConstraintViolated",
            "pathLenConstraint violated",
            "SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID",
            "violates the signer's constraints",
            "certificate chain too long",
        ),
        cause="An authority in the chain limits with `pathlen` how many authorities may be below it, and there are "
        "more (RFC 5280, 4.2.1.9).",
        cure="Issue servers' certificates directly from the authority with `pathlen:0`, or have that authority issued "
        "again with a greater limit. If the server is not yours, only its owner can do that.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="name-constraint-violated",
        port=5618,
        wrong="the authority may not issue for this name",
        made="an issuing CA that is permitted to issue for elsewhere.test only",
        says=unverified("permitted subtree violation"),
        also=(
            *trust.CONSTRAINED,
            "is not permitted by any constraint",
            "a root or intermediate certificate is not authorized to sign for this name ... is not permitted",
        ),
        cause="The name constraints of an authority in the chain permit only some names, and the certificate's is not "
        "one of them (RFC 5280, 4.2.1.10).",
        cure="Get the certificate from an authority that may issue for this name; "
        "`openssl x509 -noout -ext nameConstraints -in FILE` shows what an authority may. If the "
        "server is not yours, tell its owner.",
        wire=Wire("certificate_unknown", "client"),
    ),
    Row(
        name="name-excluded",
        port=5619,
        wrong="the authority is forbidden to issue for this name",
        made="an issuing CA from which server and localhost are excluded",
        says=unverified("excluded subtree violation"),
        also=(
            *trust.CONSTRAINED,
            "is excluded by constraint",
            "a root or intermediate certificate is not authorized to sign for this name ... is excluded",
        ),
        cause="The name constraints of an authority in the chain exclude a name that is in the certificate "
        "(RFC 5280, 4.2.1.10).",
        cure="Get the certificate from another authority, or without that name; "
        "`openssl x509 -noout -ext nameConstraints -in FILE` shows what is excluded. If the server is not "
        "yours, tell its owner.",
        wire=Wire("certificate_unknown", "client"),
    ),
    *revocation.ROWS,
)
