"""Faults for which OpenSSL, and so `requests`, refuses a certificate or a revocation list."""

from __future__ import annotations

from overheard.words.faults.fault import CHROMIUM, GNUTLS, GO, JAVA, OPENSSL, REQUESTS, CertificateFault

_WITHOUT_IT = (
    "Have the certificate issued again without it, or with a correct one; `openssl asn1parse -i -in FILE` shows what "
    "it contains."
)
FAULTS = (
    CertificateFault(
        name="certificate-unreadable",
        wrong="a certificate cannot be read",
        cause="Its bytes are not those of a certificate (RFC 5280, 4.1): it was cut off or changed on its way, or "
        "the program that made it writes invalid DER. A client that cannot read a certificate ends the handshake.",
        cure="Get the file again from where it was made (`openssl x509 -noout -text -in FILE` must show it); if it "
        "is as it was made, have it issued by another program.",
        refused="all that were tried",
    ),
    CertificateFault(
        name="extension-unreadable",
        wrong="an extension of the certificate cannot be read",
        cause="The value of an extension is not what its standard demands (RFC 5280, 4.2): what it says was not "
        "checked, and everything else was.",
        cure=_WITHOUT_IT,
        refused=f"{REQUESTS} (`unable to get local issuer certificate`, or the server cannot load it), {GO}",
        accepted=f"{JAVA} and {GNUTLS} in many cases",
    ),
    CertificateFault(
        name="extension-unreadable-elsewhere",
        wrong="an extension cannot be read, which OpenSSL does not use here",
        cause="The value of an extension is not what its standard demands (RFC 5280, 4.2): what it says was not "
        "checked, and everything else was.",
        cure=_WITHOUT_IT,
        refused=f"{GO} and {CHROMIUM} if they use the extension; pyca/cryptography, and so many programs in Python",
        accepted=f"{REQUESTS}, {JAVA} and mostly {GNUTLS}",
    ),
    CertificateFault(
        name="extension-repeated",
        wrong="the certificate has an extension more than once",
        cause="A certificate may have each extension once (RFC 5280, 4.2): which of them counts depends on the client.",
        cure="Have it issued again with one of them.",
        refused=f"{REQUESTS}, {GO}, {JAVA}, {GNUTLS}",
    ),
    CertificateFault(
        name="extension-repeated-elsewhere",
        wrong="the certificate has an extension more than once, which OpenSSL does not use",
        cause="A certificate may have each extension once (RFC 5280, 4.2): which of them counts depends on the client.",
        cure="Have it issued again with one of them.",
        refused=f"{GO}, {JAVA}, {GNUTLS}, {CHROMIUM}",
        accepted=REQUESTS,
    ),
    CertificateFault(
        name="authority-key-mismatch",
        wrong="the certificate names another certificate of its issuer than the one that is here",
        cause="Its authorityKeyIdentifier (RFC 5280, 4.2.1.1) has a key identifier, or an issuer and serial number, "
        "that the issuer's certificate does not have, though the signature is by that key: most often the CA was "
        "renewed.",
        cure="Have it issued again by the CA as it is now, or give the client the CA's certificate that is named; an "
        "authorityKeyIdentifier with the key identifier alone survives renewal.",
        refused=f"{OPENSSL}, and so `requests` (`unable to get local issuer certificate`), {JAVA} mostly",
        accepted=f"{GO}, {CHROMIUM}; {GNUTLS} if only the serial number or the issuer differs",
    ),
    CertificateFault(
        name="signature-invalid",
        wrong="the signature of a certificate does not hold",
        cause="The certificate that has the name of the issuer is there, but its key did not sign this one: a CA was "
        "made anew under its old name, or the certificate was changed. If several have the name, OpenSSL takes the "
        "first.",
        cure="Give the client, or have the server send, the issuer's certificate that belongs to this one: after a "
        "new key, everything below has to be issued again.",
        refused=f"{OPENSSL}, and so `requests` (`certificate signature failure`), and all others if none of that "
        "name signed",
        accepted=f"{JAVA}, {GO} and {CHROMIUM} if another certificate of that name did",
    ),
    CertificateFault(
        name="key-not-for-tls",
        wrong="the server's key is of a kind that clients do not take",
        cause="With their defaults, clients offer signatures by RSA, by ECDSA on P-256, P-384 and P-521, and by "
        "Ed25519 and Ed448 (RFC 8446, 4.2.3): a server with another key ends the handshake (`sslv3 alert handshake "
        "failure`, or no shared cipher at the server).",
        cure="Generate a key that all take (`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "
        "key.pem`) and have a certificate issued for it.",
        refused=f"{OPENSSL}, and so `requests`; {CHROMIUM}",
        accepted="OpenSSL 3.5 and later takes keys on the brainpool curves",
    ),
    CertificateFault(
        name="explicit-curve",
        wrong="the curve of a key is written out instead of named",
        cause="The key has all parameters of its curve in place of the curve's name, which RFC 5480, 2.1.1, forbids: "
        "a curve could be made up (CVE-2020-0601).",
        cure="Convert the key with `openssl ec -in key.pem -param_enc named_curve -out new.pem`, and have the "
        "certificate issued again for it.",
        refused="OpenSSL 3.0 to 4.0, and so `requests` (`Certificate public key has explicit ECC parameters`), "
        f"{GO}, {JAVA}, {CHROMIUM}",
        accepted=f"OpenSSL 1.1.1, {GNUTLS}",
    ),
    CertificateFault(
        name="proxy-certificate",
        wrong="the certificate is a proxy certificate",
        cause="It acts for the one that issued it (RFC 3820), as in computing grids, and clients of TLS refuse such "
        "certificates unless they are told otherwise.",
        cure="Use the certificate by which it was issued, or one of a CA.",
        refused=f"{OPENSSL}, and so `requests`; {GO} and {JAVA} if the extension is critical",
    ),
    CertificateFault(
        name="date-format",
        wrong="a date of the certificate has a form that clients do not read",
        cause="Dates are written `YYMMDDHHMMSSZ`, or from 2050 on `YYYYMMDDHHMMSSZ` (RFC 5280, 4.1.2.5): seconds and "
        "Z must be there, and the day must exist.",
        cure="Have it issued again; `openssl asn1parse -in FILE | grep TIME` shows the dates.",
        refused=f"{OPENSSL}, and so `requests` (`format error in certificate's notAfter field`)",
        accepted=f"{GO} and {JAVA} without seconds or with an offset of time zone; not {CHROMIUM}",
    ),
    CertificateFault(
        name="name-constraint-limits",
        wrong="a name constraint has limits that no client supports",
        cause="A name constraint with a minimum or maximum is not in use (RFC 5280, 4.2.1.10).",
        cure="Have the authority issued again without them.",
        refused=f"{OPENSSL}, and so `requests` (`name constraints minimum and maximum not supported`), {JAVA}, "
        f"{CHROMIUM}",
        accepted=f"{GO}, {GNUTLS}",
    ),
    CertificateFault(
        name="name-constraints-too-many",
        wrong="there are more names and name constraints than can be compared",
        cause="Every name of a certificate is compared with every name constraint above it; clients stop at about a "
        "million steps, as that would keep them busy.",
        cure="Have the certificate issued with fewer names, or by an authority with fewer constraints.",
        refused=f"{REQUESTS} (`unspecified certificate verification error`)",
    ),
    CertificateFault(
        name="crl-unreadable",
        wrong="a revocation list cannot be read",
        cause="One of the lists in the file is cut off or damaged: whom it revokes is unknown.",
        cure="Fetch it again; `openssl crl -noout -text -in FILE` must show it.",
        refused=f"{REQUESTS}, which do not load it",
    ),
    CertificateFault(
        name="crl-scope",
        wrong="the revocation list is about other certificates",
        cause="Its issuingDistributionPoint limits it to certificates of CAs, to certificates that name another "
        "place, or to some reasons (RFC 5280, 5.2.5): it says nothing about this one.",
        cure="Fetch the list that the certificate itself names: `openssl x509 -noout -ext crlDistributionPoints -in "
        "FILE`.",
        refused=f"{REQUESTS} (`different CRL scope`) where revocation is checked",
    ),
    CertificateFault(
        name="crl-signer",
        wrong="the issuer may not sign revocation lists",
        cause="The keyUsage of the CA does not have cRLSign (RFC 5280, 4.2.1.3), so that its list does not count.",
        cure="Issue the CA again with `keyUsage = critical,keyCertSign,cRLSign`.",
        refused=f"{REQUESTS} (`key usage does not include CRL signing`) where revocation is checked",
    ),
    CertificateFault(
        name="crl-signature",
        wrong="the signature of the revocation list does not hold",
        cause="The list has the name of the issuer, but the issuer's key did not sign it: it is of another CA of "
        "that name, or was changed.",
        cure="Fetch it again from where the certificate says.",
        refused=f"{REQUESTS} (`CRL signature failure`) where revocation is checked",
    ),
    CertificateFault(
        name="crl-critical-extension",
        wrong="the revocation list has an unknown critical extension",
        cause="An extension of the list is marked critical and OpenSSL does not know it (RFC 5280, 5.2).",
        cure="Have the list issued without that extension.",
        refused=f"{REQUESTS} (`unhandled critical CRL extension`) where revocation is checked",
    ),
    CertificateFault(
        name="crl-not-yet-valid",
        wrong="the revocation list is not valid yet",
        cause="By the client's clock, the list was issued in the future.",
        cure="Set the client's clock; if it is right, wait.",
        refused=f"{REQUESTS} (`CRL is not yet valid`) where revocation is checked",
    ),
)
