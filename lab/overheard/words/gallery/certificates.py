"""Certificates that are not valid here and now: their dates, names, strength, and purpose."""

from __future__ import annotations

from overheard.words.gallery import dates, names
from overheard.words.gallery.row import BY_ADDRESS, Row, unverified
from overheard.words.scenario import Wire

ROWS = (
    Row(
        name="expired",
        port=5600,
        wrong="the server's certificate has expired",
        made="a certificate whose notAfter was yesterday",
        says=unverified("certificate has expired"),
        also=dates.EXPIRED,
        cause="By the client's clock, the validity period of the server's certificate has ended.",
        cure="Renew it and have the server load it: a server that was not restarted still presents the old one. "
        "`openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -dates` shows its dates; if they "
        "are right, set the client's clock. If the server is not yours, tell its owner, and wait.",
        wire=Wire("certificate_expired", "client"),
    ),
    Row(
        name="not-yet-valid",
        port=5601,
        wrong="the server's certificate is not valid yet",
        made="a certificate whose notBefore is tomorrow",
        says=unverified("certificate is not yet valid"),
        also=dates.NOT_YET_VALID,
        cause="By the client's clock, the validity period of the server's certificate has not begun: most often the "
        "clock is slow, as on a device without a battery for its clock.",
        cure="Set the client's clock (`timedatectl` shows it); if it is right, wait, or, if the server is yours, get a "
        "certificate whose notBefore is some minutes in the past.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="expired-intermediate",
        port=5602,
        wrong="an intermediate certificate has expired",
        made="an issuing CA whose notAfter was yesterday, above a valid server's certificate",
        says=unverified("certificate has expired"),
        also=dates.EXPIRED_ABOVE,
        cause="The server's own certificate is valid, but one between it and the root has expired, and the server "
        "still sends it.",
        cure="Get the authority's current intermediate and put it in the server's chain file; "
        "`openssl s_client -connect HOST:443 -showcerts </dev/null` shows every certificate with its dates. If the "
        "server is not yours, update your own roots (`pip install --upgrade certifi`), with which another path may be "
        "found, and tell its owner.",
        wire=Wire("certificate_expired", "client"),
    ),
    Row(
        name="wrong-host",
        port=5603,
        wrong="the certificate is for another host",
        made="a certificate for elsewhere.test only",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        also=(*names.OF_ANOTHER_HOST, "might be connecting to a server that is pretending to be"),
        cause="The name in the URL is not among the names of the certificate (RFC 9525, 6).",
        cure="Use a name that is in the certificate, or, if the server is yours, have one issued with the name that "
        "you use; `openssl x509 -noout -ext subjectAltName -in FILE` lists them. Never turn the check off.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="name-only-in-cn",
        port=5604,
        wrong="the name is only in the common name",
        made="a certificate with CN=server and no subjectAltName",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        also=names.ONLY_COMMON_NAME,
        cause="The certificate has the right name as its common name but no subjectAltName, and the common name no "
        "longer counts (RFC 9525, 2): urllib3 2, and with it requests, does not check it, nor does any "
        "browser.",
        cure="Issue it again with a subjectAltName: `openssl req ... -addext subjectAltName=DNS:HOST`, and make "
        "sure that the authority copies it. If the server is not yours, only its owner can do that.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="wildcard-too-deep",
        port=5605,
        wrong="the wildcard matches one label, but the host has two there",
        made="a certificate for *.gallery.test, requested as a.b.gallery.test",
        says=unverified("Hostname mismatch", of=", certificate is not valid for '{host}'."),
        also=names.OF_ANOTHER_HOST,
        cause="A `*` matches exactly one label, the left-most (RFC 9525, 6.3): `*.gallery.test` matches "
        "b.gallery.test, but neither a.b.gallery.test nor gallery.test.",
        cure="Use a name with one label fewer, or, if the server is yours, have `*.b.gallery.test` or the full name "
        "added to the certificate.",
        wire=Wire("bad_certificate", "client"),
        host="a.b.gallery.test",
    ),
    Row(
        name="ip-without-ip-san",
        port=5606,
        wrong="the host is an IP address, and the certificate has only names",
        made="a certificate for the names server and localhost, requested by the server's address",
        says=unverified("IP address mismatch", of=", certificate is not valid for '{host}'."),
        also=names.NO_ADDRESS,
        cause="The URL has an IP address, and the certificate has no matching subjectAltName of the type iPAddress; an "
        "address that is written as a DNS name does not count (RFC 9525, 6.4).",
        cure="Use a name, or, if the server is yours, issue the certificate with "
        "`-addext subjectAltName=IP:192.0.2.1`.",
        wire=Wire("bad_certificate", "client"),
        host=BY_ADDRESS,
    ),
    Row(
        name="no-server-auth",
        port=5607,
        wrong="the certificate is not for servers",
        made="a certificate whose extended key usage is only clientAuth",
        says=unverified("unsuitable certificate purpose"),
        also=(
            "invalid purpose",
            "certificate specifies an incompatible key usage",
            "extended key usage does not permit use for",
            "does not allow extended key usage",
            "invalid peer certificate InvalidPurpose",
            "does not match the intended purpose",
            "SEC_ERROR_INADEQUATE_CERT_TYPE",
            "SEC_ERROR_INADEQUATE_KEY_USAGE",
            "certificate type not approved for application",
            "CERT_E_WRONG_USAGE",
            "0x800b0110",
            "certificate is not valid for the requested usage",
            "the usage does not match the keyUsage extension",
            "key usage violation",
            "KEY_USAGE_BIT_INCORRECT",
            "ERR_SSL_KEY_USAGE_INCOMPATIBLE",
            "KeyUsage does not allow",
            "unsupported certificate purpose",
            "NotValidForUsage",
        ),
        cause="The extended key usage of the certificate does not include serverAuth (RFC 5280, 4.2.1.12): it was "
        "issued for clients, mail or code signing.",
        cure="Have one issued with `extendedKeyUsage = serverAuth`; `openssl x509 -noout -purpose -in FILE` must say "
        "`SSL server : Yes`. If the server is not yours, only its owner can do that.",
        wire=Wire("unsupported_certificate", "client"),
    ),
    Row(
        name="critical-extension-unknown",
        port=5608,
        wrong="the certificate has an unknown critical extension",
        made="a certificate with an extension that we invented, marked critical",
        says=unverified("unhandled critical extension"),
        also=(
            "unrecognized critical extension",
            "UnsupportedCriticalExtension",
            "unsupported critical extension",
            "unknown critical extension",
            "SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION",
            "HasNotSupportedCriticalExtension",
            "CERT_E_CRITICAL",
        ),
        cause="An extension is marked critical and OpenSSL does not know it, so it must reject the certificate "
        "(RFC 5280, 4.2).",
        cure="Have it issued without that extension, or with it not critical; `openssl x509 -noout -text "
        "-in FILE` shows which one it is. If the server is not yours, only its owner can do that; a newer client may "
        "know the extension.",
        wire=Wire("certificate_unknown", "client"),
    ),
    Row(
        name="rsa-1024",
        port=5609,
        wrong="the server's key is too short",
        made="an RSA key of 1,024 bits",
        says=unverified("EE certificate key too weak"),
        also=(
            "EE key too small",
            "CA certificate key too weak",
            "CA key too small",
            "ERR_CERT_WEAK_KEY",
            "ERR_SSL_WEAK_SERVER_EPHEMERAL_DH_KEY",
            "MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE",
            "SEC_ERROR_INVALID_KEY",
            "tls server sent certificate containing RSA key larger",
            "ee certificate key too weak",
            "certificate contains weak key",
            "RSA keys of less than",
            "AlgorithmConstraints check failed on keysize limits",
            "algorithm constraints check failed on keysize limits",
            "x509 crypto/rsa: 1024-bit keys are insecure",
            "bit keys are insecure",
            "CERTIFICATE_KEY_TOO_WEAK",
            "certificate does not conform to algorithm constraints",
        ),
        cause="The server's RSA key, or that of an authority above it, has fewer than the 2,048 bits that OpenSSL's "
        "security level 2 requires, which is the default of Debian and of Python 3.10 and later.",
        cure="Generate a new key (`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem`) and "
        "have a certificate issued for it. If the server is not yours, tell its owner: lowering the client's security "
        "level leaves the door open.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="sha-1",
        port=5610,
        wrong="the certificate is signed with SHA-1",
        made="a certificate signed with sha1WithRSAEncryption",
        says=unverified("CA signature digest algorithm too weak"),
        also=(
            "CA md too weak",
            "EE md too weak",
            "signature digest algorithm too weak",
            "ERR_CERT_WEAK_SIGNATURE_ALGORITHM",
            "SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED",
            "certificate signature algorithm disabled",
            "cannot verify signature: insecure algorithm",
            "was signed using an insecure algorithm",
            "certificate chain uses insecure algorithm",
            "UnsupportedSignatureAlgorithm",
            "UnsupportedSignatureAlgorithmContext",
            "UnsupportedSignatureAlgorithmForPublicKeyContext",
            "algorithm constraints check failed on signature algorithm",
            "AlgorithmConstraints check failed on signature algorithm",
            "certificate does not conform to algorithm constraints",
            "legacy sigalg disallowed or unsupported",
            "wrong signature type",
            "HasWeakSignature",
        ),
        cause="A certificate in the chain, or the handshake itself, is signed with SHA-1 or MD5, for which collisions "
        "can be computed: OpenSSL rejects it from security level 1 on.",
        cure="Have it issued again with SHA-256; `openssl x509 -noout -text -in FILE | grep Signature` shows the "
        "algorithm. Where the authority itself still signs with SHA-1, set its `default_md = sha256`. If the server is "
        "not yours, only its owner can do that.",
        wire=Wire("bad_certificate", "client"),
    ),
    Row(
        name="strict-verification",
        port=5637,
        wrong="the certificate lacks what RFC 5280 asks for, and the client is strict",
        made="a certificate without authority key identifier, and a client with VERIFY_X509_STRICT",
        says=unverified("Missing Authority Key Identifier"),
        also=(
            "Missing Subject Key Identifier",
            "Basic Constraints of CA cert not marked critical",
            "CA cert does not include key usage extension",
            "Key usage keyCertSign invalid for non-CA cert",
            "Authority Key Identifier marked critical",
            "Subject Key Identifier marked critical",
            "Subject name empty",
            "Issuer name empty",
            "Subject empty and Subject Alt Name extension not critical",
            "empty Subject Alternative Name extension",
            "keyCertSign without BasicConstraints CA being set",
            "Path length invalid for non-CA cert",
            "Path length given without key usage keyCertSign",
            "Key usage extension empty",
            "Using cert extension requires at least X509v3",
            "Certificate public key has explicit ECC parameters",
            "Signature algorithm mismatch between signature and issuer",
            "VERIFY_X509_STRICT",
            "certificate is not standards compliant",
        ),
        cause="From Python 3.13 on, `ssl.create_default_context` verifies as strictly as RFC 5280, 4.2, is written "
        "(VERIFY_X509_STRICT). The certificates of many private authorities and of company proxies do not comply.",
        cure="Issue the authority's certificate again with critical `basicConstraints = critical,CA:TRUE`, `keyUsage "
        "= critical,keyCertSign,cRLSign` and `subjectKeyIdentifier = hash`, and the server's with "
        "`subjectKeyIdentifier = hash` and `authorityKeyIdentifier = keyid`. If it is not your authority, tell its "
        "owner; until then, for that server only, `context.verify_flags &= ~ssl.VERIFY_X509_STRICT`, which still "
        "verifies everything else.",
        wire=Wire("certificate_unknown", "client"),
        strict=True,
    ),
)
