"""Certificates that no trusted authority vouches for: chains with something missing, wrong, forbidden, or revoked."""

from __future__ import annotations

from overheard.words.gallery.row import Row, unverified
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="self-signed",
        port=5611,
        wrong="the server's certificate is self-signed",
        made="a certificate that is its own issuer",
        says=unverified("self-signed certificate"),
        cause="The server's certificate is its own issuer, so no authority vouches for it, and the client was not told "
        "to trust it.",
        cure="Have a certificate issued by an authority that the client trusts; for your own server, give the client "
        "exactly this certificate: `requests.get(url, verify='server.pem')`.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="self-signed-in-chain",
        port=5612,
        wrong="the root is unknown to the client, and the server sends it",
        made="a complete chain up to a stranger's root, including that root",
        says=unverified("self-signed certificate in certificate chain"),
        cause="The chain ends in a root that the client does not trust; most often a company proxy intercepts TLS "
        "and presents its own certificates.",
        cure="Get that root from a source that you trust, and name it: `verify='root.pem'` or "
        "REQUESTS_CA_BUNDLE=root.pem; requests trusts the roots of certifi, not those of the operating system.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="unknown-root",
        port=5613,
        wrong="the root is unknown to the client",
        made="a chain that leads to a stranger's root, which is not sent",
        says=unverified("unable to get local issuer certificate"),
        cause="The chain leads to a root that the client does not trust.",
        cure="Name the root that you trust for this server: `verify='root.pem'` or REQUESTS_CA_BUNDLE=root.pem; for "
        "a public root, `pip install --upgrade certifi`.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="missing-intermediate",
        port=5614,
        wrong="the server does not send its intermediate certificate",
        made="only the server's certificate, without that of its issuing CA",
        says=unverified("unable to get local issuer certificate"),
        cause="The server sends its own certificate without the one above it (RFC 8446, 4.4.2); browsers often "
        "have it from elsewhere or fetch it, but OpenSSL does not.",
        cure="Have the server send the whole chain: with certbot `fullchain.pem` instead of `cert.pem`, otherwise "
        "`cat server.pem intermediate.pem > chain.pem`.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="wrong-order",
        port=5615,
        wrong="the chain is sent in the wrong order",
        made="TLS 1.2 with the certificate of the issuing CA first, and the server's own after it",
        says=unverified("unsuitable certificate purpose"),
        cause="The first certificate must be the server's own (RFC 8446, 4.4.2); here it is that of an authority, "
        "which is not for servers.",
        cure="Put the server's certificate first in the chain file, then its issuer's: "
        "`cat server.pem intermediate.pem > chain.pem`.",
        wire=Wire("unsupported_certificate", "client"),
    ),
    Row(
        name="intermediate-not-ca",
        port=5616,
        wrong="the certificate above the server's is not a CA certificate",
        made="a server's certificate that was issued by another server",
        says=unverified("invalid CA certificate"),
        cause="A certificate without `CA:TRUE` in its basic constraints has signed another, which RFC 5280, 4.2.1.9, "
        "forbids: otherwise anybody with any certificate could issue one for any name.",
        cure="Issue the intermediate again with `basicConstraints = critical,CA:TRUE` and "
        "`keyUsage = critical,keyCertSign,cRLSign`, and everything below it as well.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="path-length-exceeded",
        port=5617,
        wrong="the chain has more authorities than one of them allows",
        made="a CA with pathlen:0 above another CA",
        says=unverified("path length constraint exceeded"),
        cause="An authority in the chain limits with `pathlen` how many authorities may be below it, and there are "
        "more (RFC 5280, 4.2.1.9).",
        cure="Issue servers' certificates directly from the authority with `pathlen:0`, or have that authority issued "
        "again with a greater limit.",
        wire=Wire("unknown_ca", "client"),
    ),
    Row(
        name="name-constraint-violated",
        port=5618,
        wrong="the authority may not issue for this name",
        made="an issuing CA that is permitted to issue for elsewhere.test only",
        says=unverified("permitted subtree violation"),
        cause="The name constraints of an authority in the chain permit only some names, and the certificate's is not "
        "one of them (RFC 5280, 4.2.1.10).",
        cure="Get the certificate from an authority that may issue for this name; "
        "`openssl x509 -noout -ext nameConstraints -in FILE` shows what an authority may.",
        wire=Wire("certificate_unknown", "client"),
    ),
    Row(
        name="name-excluded",
        port=5619,
        wrong="the authority is forbidden to issue for this name",
        made="an issuing CA from which server and localhost are excluded",
        says=unverified("excluded subtree violation"),
        cause="The name constraints of an authority in the chain exclude a name that is in the certificate "
        "(RFC 5280, 4.2.1.10).",
        cure="Get the certificate from another authority, or without that name; "
        "`openssl x509 -noout -ext nameConstraints -in FILE` shows what is excluded.",
        wire=Wire("certificate_unknown", "client"),
    ),
    Row(
        name="revoked",
        port=5620,
        wrong="the certificate was revoked",
        made="a certificate on its authority's revocation list, and a client that checks the list",
        says=unverified("certificate revoked"),
        cause="The authority has revoked the certificate, most often because its key was compromised, and the client "
        "checks the revocation list (RFC 5280, 5).",
        cure="Generate a new key and have a new certificate issued; the old one cannot be reinstated.",
        wire=Wire("certificate_revoked", "client"),
        crl=True,
    ),
    Row(
        name="crl-missing",
        port=5621,
        wrong="the client requires a revocation list, and has none",
        made="a good certificate whose authority has published no list",
        says=unverified("unable to get certificate CRL"),
        cause="The client is set to check revocation lists (VERIFY_CRL_CHECK_LEAF) and has none from the authority "
        "that issued the certificate: OpenSSL does not fetch any.",
        cure="Fetch the list that `openssl x509 -noout -ext crlDistributionPoints -in FILE` names, convert it to PEM "
        "with `openssl crl -inform DER`, and load it with `context.load_verify_locations`.",
        wire=Wire("unknown_ca", "client"),
        crl=True,
    ),
    Row(
        name="crl-expired",
        port=5622,
        wrong="the client's revocation list is out of date",
        made="a good certificate, and a list whose nextUpdate was yesterday",
        says=unverified("CRL has expired"),
        cause="The revocation list says that a newer one should have been issued by now (RFC 5280, 5.1.2.5), and an "
        "old list may lack recent revocations.",
        cure="Fetch the current one; `openssl crl -noout -nextupdate -in FILE` shows until when it is valid. If it "
        "is the newest, its authority has to publish a new one.",
        wire=Wire("certificate_expired", "client"),
        crl=True,
    ),
)
