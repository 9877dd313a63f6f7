"""Certificates that are not valid here and now: their dates, names, strength, and purpose."""

from __future__ import annotations

from overheard.words.gallery.row import BY_ADDRESS, Row, unverified
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="expired",
        port=5600,
        wrong="the server's certificate has expired",
        made="a certificate whose notAfter was yesterday",
        says=unverified("certificate has expired"),
        cause="By the client's clock, the validity period of the server's certificate has ended.",
        cure="Renew it and have the server load it: a server that was not restarted still presents the old one. "
        "`openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -dates` shows its dates; if they "
        "are right, set the client's clock.",
        wire=Wire("certificate_expired", "client"),
    ),
    Row(
        name="not-yet-valid",
        port=5601,
        wrong="the server's certificate is not valid yet",
        made="a certificate whose notBefore is tomorrow",
        says=unverified("certificate is not yet valid"),
        cause="By the client's clock, the validity period of the server's certificate has not begun: most often the "
        "clock is slow, as on a device without a battery for its clock.",
        cure="Set the client's clock (`timedatectl` shows it); if it is right, wait, or get a certificate whose "
        "notBefore is some minutes in the past.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="expired-intermediate",
        port=5602,
        wrong="an intermediate certificate has expired",
        made="an issuing CA whose notAfter was yesterday, above a valid server's certificate",
        says=unverified("certificate has expired"),
        cause="The server's own certificate is valid, but one between it and the root has expired, and the server "
        "still sends it.",
        cure="Get the authority's current intermediate and put it in the server's chain file; "
        "`openssl s_client -connect HOST:443 -showcerts </dev/null` shows every certificate with its dates.",
        wire=Wire("certificate_expired", "client"),
    ),
    Row(
        name="wrong-host",
        port=5603,
        wrong="the certificate is for another host",
        made="a certificate for elsewhere.test only",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        cause="The name in the URL is not among the names of the certificate (RFC 9525, 6).",
        cure="Use a name that is in the certificate, or have one issued with the name that you use; "
        "`openssl x509 -noout -ext subjectAltName -in FILE` lists them. Never turn the check off.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="name-only-in-cn",
        port=5604,
        wrong="the name is only in the common name",
        made="a certificate with CN=server and no subjectAltName",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        cause="The certificate has the right name as its common name but no subjectAltName, and the common name no "
        "longer counts (RFC 9525, 2): urllib3 2, and with it requests, does not check it, nor does any "
        "browser.",
        cure="Issue it again with a subjectAltName: `openssl req ... -addext subjectAltName=DNS:HOST`, and make "
        "sure that the authority copies it.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="wildcard-too-deep",
        port=5605,
        wrong="the wildcard matches one label, but the host has two there",
        made="a certificate for *.gallery.test, requested as a.b.gallery.test",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        cause="A `*` matches exactly one label, the left-most (RFC 9525, 6.3): `*.gallery.test` matches "
        "b.gallery.test, but neither a.b.gallery.test nor gallery.test.",
        cure="Have `*.b.gallery.test` or the full name added to the certificate, or use a name with one label fewer.",
        wire=Wire("bad_certificate", "client"),
        host="a.b.gallery.test",
    ),
    Row(
        name="ip-without-ip-san",
        port=5606,
        wrong="the host is an IP address, and the certificate has only names",
        made="a certificate for the names server and localhost, requested by the server's address",
        says=unverified("IP address mismatch", of=", certificate is not valid for '{host}'."),
        cause="The URL has an IP address, and the certificate has no matching subjectAltName of the type iPAddress; an "
        "address that is written as a DNS name does not count (RFC 9525, 6.4).",
        cure="Use a name, or issue the certificate with `-addext subjectAltName=IP:192.0.2.1`.",
        wire=Wire("bad_certificate", "client"),
        host=BY_ADDRESS,
    ),
    Row(
        name="no-server-auth",
        port=5607,
        wrong="the certificate is not for servers",
        made="a certificate whose extended key usage is only clientAuth",
        says=unverified("unsuitable certificate purpose"),
        cause="The extended key usage of the certificate does not include serverAuth (RFC 5280, 4.2.1.12): it was "
        "issued for clients, mail or code signing.",
        cure="Have one issued with `extendedKeyUsage = serverAuth`; `openssl x509 -noout -purpose -in FILE` must say "
        "`SSL server : Yes`.",
        wire=Wire("unsupported_certificate", "client"),
    ),
    Row(
        name="critical-extension-unknown",
        port=5608,
        wrong="the certificate has an unknown critical extension",
        made="a certificate with an extension that we invented, marked critical",
        says=unverified("unhandled critical extension"),
        cause="An extension is marked critical and OpenSSL does not know it, so it must reject the certificate "
        "(RFC 5280, 4.2).",
        cure="Have it issued without that extension, or with it not critical; `openssl x509 -noout -text "
        "-in FILE` shows which one it is.",
        wire=Wire("certificate_unknown", "client"),
    ),
    Row(
        name="rsa-1024",
        port=5609,
        wrong="the server's key is too short",
        made="an RSA key of 1,024 bits",
        says=unverified("EE certificate key too weak"),
        cause="The server's RSA key has fewer than the 2,048 bits that OpenSSL's security level 2 requires, which is "
        "the default of Debian and of Python 3.10 and later.",
        cure="Generate a new key (`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem`) and "
        "have a certificate issued for it; lowering the client's security level leaves the door open.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="sha-1",
        port=5610,
        wrong="the certificate is signed with SHA-1",
        made="a certificate signed with sha1WithRSAEncryption",
        says=unverified("CA signature digest algorithm too weak"),
        cause="A certificate in the chain is signed with SHA-1, for which collisions can be computed: OpenSSL rejects "
        "it from security level 1 on.",
        cure="Have it issued again with SHA-256; `openssl x509 -noout -text -in FILE | grep Signature` shows the "
        "algorithm. Where the authority itself still signs with SHA-1, set its `default_md = sha256`.",
        wire=Wire("bad_certificate", "client"),
    ),
)
