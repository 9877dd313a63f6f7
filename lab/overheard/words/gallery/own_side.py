"""Faults on the client's own machine: its files, its clock, its installation, and what stands in its way."""

from __future__ import annotations

from overheard.words.gallery.row import Fault

FAULTS = (
    Fault(
        name="intercepting-proxy",
        wrong="a proxy, a firewall or an antivirus opens TLS and presents certificates of its own",
        also=(
            *(
                f"{untrusted} & {maker}"
                for untrusted in (
                    "unable to get local issuer certificate",
                    "self signed certificate in certificate chain",
                    "self signed cert in chain",
                    "unable to verify the first certificate",
                    "certificate signed by unknown authority",
                    "UnknownIssuer",
                    "PKIX path building failed",
                    "certificate verify failed",
                    "Missing Authority Key Identifier",
                    "Basic Constraints of CA cert not marked critical",
                    "ERR_CERT_AUTHORITY_INVALID",
                    "SEC_ERROR_UNKNOWN_ISSUER",
                )
                for maker in (
                    "zscaler",
                    "netskope",
                    "fortinet",
                    "fortigate",
                    "fortiguard",
                    "palo alto",
                    "blue coat",
                    "bluecoat",
                    "umbrella",
                    "forcepoint",
                    "websense",
                    "mitmproxy",
                    "kaspersky",
                    "eset",
                    "sophos",
                    "mcafee",
                    "bitdefender",
                    "avast",
                    "charles proxy",
                    "burp",
                    "portswigger",
                    "corporate proxy",
                    "company proxy",
                    "cloudflare gateway",
                    "cloudflare warp",
                )
            ),
            "MOZILLA_PKIX_ERROR_MITM_DETECTED",
            "SEC_ERROR_MITM",
            "ERR_CERT_KNOWN_INTERCEPTION_BLOCKED",
            "SSL_ERROR_MITM",
        ),
        cause="Something between the client and the server (or on the client's machine) opens every connection, and "
        "presents certificates that its own root has signed. The client does not know that root.",
        cure="If it is a company's, get its root from its administrators and name it: REQUESTS_CA_BUNDLE, "
        "SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, GIT_SSL_CAINFO, or `pip install truststore` for the roots of the "
        "operating system. If nobody knows of it, do not trust it: somebody reads along. `overheard show HOST` shows "
        "who issued what comes.",
    ),
    Fault(
        name="macos-no-roots",
        wrong="Python from python.org on macOS has no roots yet",
        also=(
            *(
                f"{untrusted} & library frameworks python framework"
                for untrusted in (
                    "unable to get local issuer certificate",
                    "self signed certificate in certificate chain",
                    "certificate verify failed",
                )
            ),
            "Install Certificates.command",
            "unable to get local issuer certificate & macos & python",
        ),
        cause="The installer of python.org brings an OpenSSL of its own, which does not read the keychain of macOS. "
        "Until roots are installed for it, no certificate is trusted by `ssl` and `urllib`.",
        cure="Run `/Applications/Python 3.13/Install Certificates.command` (with your version), which installs "
        "certifi, or name its file: `SSL_CERT_FILE=$(python3 -m certifi)`.",
    ),
    Fault(
        name="ca-bundle-unreadable",
        wrong="the client cannot read its file of roots",
        also=(
            "could not find a suitable TLS CA certificate bundle",
            "error setting certificate verify locations",
            "error setting certificate file",
            "error adding trust anchors from file",
            "problem with the SSL CA cert",
            "NO_CERTIFICATE_OR_CRL_FOUND",
            "no certificate or crl found",
            "[ASN1: NOT_ENOUGH_DATA] not enough data",
            "cadata does not contain a certificate",
            "asn1 ... nested asn1 error",
            "ASN1: HEADER_TOO_LONG",
            "[X509] PEM lib",
            "x509_load_cert_crl_file",
            "ignoring extra certs from",
            "failed to load system roots and no roots provided",
            "trustAnchors parameter must be non-empty",
            "keystore was tampered with, or password was incorrect",
            "load_verify_locations ... no such file",
            "cafile ... no such file",
            "no such file or directory ... cacert.pem",
            "no such file or directory & load_verify_locations",
            "no such file or directory & ssl_cert_file",
            "no native root CA certificates found",
            "failed to load CA certificate",
            "could not load root certificates",
            "unable to load CA certificate",
            "cannot load CA certificate",
            "unable to load certificate bundle",
            "invalid SSL_CERT_FILE",
            "cert already in hash table",
            "could not read root certificate file",
            "root certificate file ... does not exist",
            "SSL_CTX_load_verify",
            "x509 certificate routines ... no certificate or crl found",
            "failed to load cafile stream",
            "invalid CA certificate ... in bundle",
        ),
        cause="The file that should hold the roots is not there, may not be read, or is no PEM: a variable "
        "(REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE) names another machine's file, or the package of it is "
        "missing, as in small container images.",
        cure="Look at these variables, at `verify=` and at `cafile=`; install the roots (`apt install "
        "ca-certificates`, `pip install --upgrade certifi`); `openssl x509 -noout -subject -in FILE` must read the "
        "file. A file in DER becomes PEM with `openssl x509 -inform DER`.",
    ),
    Fault(
        name="own-certificate-unreadable",
        wrong="the program cannot read its own certificate or key",
        also=(
            "[SSL] PEM lib",
            "SSL routines PEM lib",
            "PEM lib",
            "no start line",
            "PEM_R_NO_START_LINE",
            "PEM routines",
            "bad decrypt",
            "bad base64 decode",
            "bad password read",
            "unable to load private key",
            "unable to load certificate",
            "could not load PEM client certificate",
            "unable to set private key file",
            "could not load client certificate",
            "unable to use client certificate",
            "can't load the certificate ... private key",
            "error reading X.509 key or certificate file",
            "problem with the local SSL certificate",
            "tls: failed to find any PEM data",
            "failed to find certificate PEM data",
            "tls: failed to parse private key",
            "cannot load certificate",
            "ERR_OSSL_PEM_NO_START_LINE",
            "mac verify failure",
            "could not load certificate file",
            "could not load private key file",
            "could not find the TLS certificate file",
            "keystore password was incorrect",
            "private key file ... has group or world access",
            "SEC_E_NO_CREDENTIALS",
            "0x8009030e",
            "server mode SSL must use a certificate with the associated private key",
            "no credentials are available in the security package",
            "failed to decrypt safe contents entry",
        ),
        cause="The file has no certificate or key in PEM where one is expected: it is in another form (DER, PKCS 12), "
        "has only one of the two, is in the wrong order, or its password is wrong or missing.",
        cure="`openssl x509 -noout -subject -in cert.pem` and `openssl pkey -noout -in key.pem` must both work. From "
        "PKCS 12: `openssl pkcs12 -in FILE.p12 -out both.pem -nodes`, which writes the key without a password: keep "
        "the file to yourself. Name the key as well: `cert=('cert.pem', 'key.pem')`.",
    ),
    Fault(
        name="no-ssl-module",
        wrong="this Python has no `ssl` module",
        also=(
            "SSL module is not available",
            "SSL module in Python is not available",
            "No module named '_ssl'",
            "No module named ssl",
            "module 'ssl' has no attribute",
            "ssl module is not compiled",
            "OpenSSL appears to be unavailable on this machine",
            "Could not build the ssl module",
            "DLL load failed while importing _ssl",
            "Protocol https not supported",
            "Protocol https not supported or disabled in libcurl",
            "only supports OpenSSL 1.1.1",
            "unable to find the wrapper https",
            "ERROR: The Python ssl extension was not compiled",
        ),
        cause="This Python was built without OpenSSL, or does not find it any more: its headers were missing when it "
        "was built, or, on Windows, conda's folder `Library\\bin` is not in PATH.",
        cure="Install OpenSSL with its headers (`apt install libssl-dev`), and build again (`pyenv install --force`); "
        "with conda, activate the environment. `python -c 'import ssl; print(ssl.OPENSSL_VERSION)'` must work.",
    ),
    Fault(
        name="wrong-clock",
        wrong="the client's clock is wrong",
        also=(
            "ERR_BAD_CLOCK",
            "your clock is behind",
            "your clock is ahead",
            "your computer's date and time",
            "your computer's clock",
            "your computer thinks it is",
            "SEC_ERROR_OCSP_FUTURE_RESPONSE",
            "is not valid yet (invalid for another",
            "signature not yet valid",
            "system time is wrong",
            "0x80072f05",
            "token used before issued",
            "0x80072f8f",
            "clock skew too great",
        ),
        cause="Certificates are valid from one moment to another, and the client's clock is outside of that: a flat "
        "battery, a virtual machine that slept, a container without time.",
        cure="`date -u` shows it; `timedatectl set-ntp true` corrects it, on Windows `w32tm /resync`. Nothing is wrong "
        "with the server, whoever owns it.",
    ),
    Fault(
        name="nothing-to-offer",
        wrong="the client's own settings leave no version or cipher suite to offer",
        also=(
            "no ciphers available",
            "NO_CIPHERS_AVAILABLE",
            "no cipher match",
            "NO_CIPHER_MATCH",
            "no cipher can be selected",
            "no protocols available",
            "NO_PROTOCOLS_AVAILABLE",
            "error in cipher list",
            "failed setting cipher list",
            "no cipher suites available",
            "invalid cipher string",
        ),
        cause="The client's cipher string, versions and security level together leave nothing: a string for another "
        "version of OpenSSL, or a minimum above the maximum.",
        cure="Leave the defaults alone, or correct them: `openssl ciphers -s -v STRING` shows what a string leaves. "
        "The server, whoever owns it, has not been asked yet.",
    ),
    Fault(
        name="verification-off",
        wrong="this client verifies nobody: whoever is in between can read along",
        also=(
            "InsecureRequestWarning",
            "Unverified HTTPS request is being made",
            "adding certificate verification is strongly advised",
            "NODE_TLS_REJECT_UNAUTHORIZED",
            "makes TLS connections and HTTPS requests insecure",
            "InsecurePlatformWarning",
        ),
        cause="Somebody has turned off the verification, and the warning says so: the connection is encrypted, but "
        "with whoever answers. See the chapter `https-unverified-intercepted`.",
        cure="Turn it on again, and repair what it was turned off for: name the root that you trust with "
        "`verify='root.pem'` or REQUESTS_CA_BUNDLE; for your own server, its certificate.",
    ),
    Fault(
        name="invalid-token",
        wrong="a Fernet token does not belong to this key, or was changed",
        also=("InvalidToken ! telegram", "Signature did not match digest"),
        cause="This is no error of TLS: the token was made with another key, was changed or cut on its way, or is "
        "older than `ttl` allows. Fernet does not say which (see the chapter `fernet`).",
        cure="Give both sides the same key, as bytes or text exactly as `Fernet.generate_key` made it, and pass the "
        "token on unchanged: as text, without b'' around it. After a change of keys, `MultiFernet([new, old])` reads "
        "both.",
    ),
    Fault(
        name="algorithm-retired",
        wrong="the program uses an algorithm that OpenSSL 3 no longer offers by itself",
        also=(
            "digital envelope routines unsupported",
            "digital envelope routines ... unsupported",
            "ERR_OSSL_EVP_UNSUPPORTED",
            "EVP_UNSUPPORTED",
            "inner_evp_generic_fetch",
            "unsupported ... RC2-40-CBC",
            "unsupported hash type",
            "MD4 ... unsupported",
            "digital envelope routines ... disabled for FIPS",
        ),
        cause="This is no error of a connection: MD4, RC2, RC4 and single DES are in OpenSSL's legacy provider since "
        "3.0, and old programs (webpack 4), and files such as PKCS 12 of before, use them.",
        cure="Update the program; write an old PKCS 12 file anew: `openssl pkcs12 -legacy -in OLD -nodes -out "
        "both.pem`, then `openssl pkcs12 -export -in both.pem -out NEW`. It does not matter who owns the server.",
    ),
)
