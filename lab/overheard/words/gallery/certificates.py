"""Certificates that do not hold here and now: their dates, their names, their strength, and what they are for."""

from __future__ import annotations

from overheard.words.gallery.row import BY_ADDRESS, Row, unverified
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="expired",
        wrong="the server's certificate has expired",
        made="a certificate whose notAfter was yesterday",
        says=unverified("certificate has expired"),
        cause="By the client's clock, the last day of the server's certificate is over.",
        cure="Renew it and have the server load it: a server that was not restarted still shows the old one. "
        "`openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -dates` shows its dates; if they "
        "are good, set the client's clock.",
        wire=Wire("certificate_expired", "client"),
    ),
    Row(
        name="not-yet-valid",
        wrong="the server's certificate is not valid yet",
        made="a certificate whose notBefore is tomorrow",
        says=unverified("certificate is not yet valid"),
        cause="By the client's clock, the first day of the server's certificate is still to come: most often the "
        "clock is slow, as on a device without a battery for it.",
        cure="Set the client's clock (`timedatectl` shows it); if it is right, wait, or have a certificate whose "
        "notBefore lies some minutes back.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="expired-intermediate",
        wrong="an intermediate certificate has expired",
        made="an issuing CA whose notAfter was yesterday, above a server's certificate that is good",
        says=unverified("certificate has expired"),
        cause="The server's own certificate is good, but one between it and the root has expired, and the server "
        "still sends it.",
        cure="Get the authority's current intermediate and put it into the server's chain file; "
        "`openssl s_client -connect HOST:443 -showcerts </dev/null` shows every certificate with its dates.",
        wire=Wire("certificate_expired", "client"),
    ),
    Row(
        name="wrong-host",
        wrong="the certificate is for another host",
        made="a certificate for elsewhere.test alone",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        cause="The name in the URL is not among the names of the certificate (RFC 9525, 6).",
        cure="Ask for a name that is in it, or have one issued with the name that you ask for; "
        "`openssl x509 -noout -ext subjectAltName -in FILE` lists them. Never switch the check off.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="name-only-in-cn",
        wrong="the name stands in the common name only",
        made="a certificate with CN=server and no subjectAltName",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        cause="The certificate has the right name as its common name but no subjectAltName, and the common name no "
        "longer counts (RFC 9525, 2): urllib3 2, and with it requests, does not look at it, nor does any "
        "browser.",
        cure="Issue it again with a subjectAltName: `openssl req ... -addext subjectAltName=DNS:HOST`, and see that "
        "the authority copies it.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="wildcard-too-deep",
        wrong="the wildcard stands for one label, and the host has two",
        made="a certificate for *.gallery.test, asked for as a.b.gallery.test",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        cause="A `*` stands for exactly one label, the left-most (RFC 9525, 6.3): `*.gallery.test` is for "
        "b.gallery.test, and neither for a.b.gallery.test nor for gallery.test.",
        cure="Have `*.b.gallery.test` or the full name added to the certificate, or use a name with one label less.",
        wire=Wire("bad_certificate", "client"),
        host="a.b.gallery.test",
    ),
    Row(
        name="ip-without-ip-san",
        wrong="the host is an IP address, and the certificate has names only",
        made="a certificate for the names server and localhost, asked for by the server's address",
        says=unverified("IP address mismatch", of=", certificate is not valid for '{host}'."),
        cause="The URL has an IP address, and the certificate has no subjectAltName of the type iPAddress with it; an "
        "address that is written as a DNS name does not count (RFC 9525, 6.4).",
        cure="Ask for a name, or issue the certificate with `-addext subjectAltName=IP:192.0.2.1`.",
        wire=Wire("bad_certificate", "client"),
        host=BY_ADDRESS,
    ),
    Row(
        name="no-server-auth",
        wrong="the certificate is not for servers",
        made="a certificate whose extended key usage is clientAuth alone",
        says=unverified("unsuitable certificate purpose"),
        cause="The extended key usage of the certificate does not include serverAuth (RFC 5280, 4.2.1.12): it was "
        "made for clients, mail or code.",
        cure="Have one issued with `extendedKeyUsage = serverAuth`; `openssl x509 -noout -purpose -in FILE` must say "
        "`SSL server : Yes`.",
        wire=Wire("unsupported_certificate", "client"),
    ),
    Row(
        name="critical-extension-unknown",
        wrong="the certificate has a critical extension that nobody knows",
        made="a certificate with an extension of our own, marked critical",
        says=unverified("unhandled critical extension"),
        cause="An extension is marked critical and OpenSSL does not know it: then it must refuse (RFC 5280, 4.2).",
        cure="Have it issued without that extension or with it not critical; `openssl x509 -noout -text -in FILE` "
        "shows which it is.",
        wire=Wire("certificate_unknown", "client"),
    ),
    Row(
        name="rsa-1024",
        wrong="the server's key is too short",
        made="an RSA key of 1,024 bits",
        says=unverified("EE certificate key too weak"),
        cause="The server's RSA key has fewer than the 2,048 bits that OpenSSL's security level 2 asks for, which is "
        "the default of Debian and of Python 3.10 and later.",
        cure="Make a new key (`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem`) and "
        "have a certificate issued for it; lowering the client's security level leaves the door open.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="sha-1",
        wrong="the certificate is signed with SHA-1",
        made="a certificate signed with sha1WithRSAEncryption",
        says=unverified("CA signature digest algorithm too weak"),
        cause="A certificate of the chain is signed with SHA-1, for which collisions can be made: OpenSSL refuses it "
        "from security level 1 on.",
        cure="Have it issued again with SHA-256; `openssl x509 -noout -text -in FILE | grep Signature` shows the "
        "algorithm. Where the authority itself still signs with SHA-1, set its `default_md = sha256`.",
        wire=Wire("bad_certificate", "client"),
    ),
)
