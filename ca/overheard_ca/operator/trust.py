"""How to trust the root of a CA: the command, or the place, of each program. Nothing is changed by it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple


class Way(NamedTuple):
    """How one program is told to trust a root, and how to take that back; `{root}` stands for its file."""

    program: str
    trust: str
    undo: str


# A name for the root where a store wants one.
_NAME = "overheard-test-root"

WAYS = (
    Way("requests", "export REQUESTS_CA_BUNDLE={root}", "unset REQUESTS_CA_BUNDLE"),
    Way("python", "export SSL_CERT_FILE={root}", "unset SSL_CERT_FILE"),
    Way("curl", "curl --cacert {root} https://...", "nothing to undo; CURL_CA_BUNDLE is the variable for all calls"),
    Way("node", "export NODE_EXTRA_CA_CERTS={root}", "unset NODE_EXTRA_CA_CERTS"),
    Way("go", "export SSL_CERT_FILE={root}", "unset SSL_CERT_FILE"),
    Way(
        "java",
        f"keytool -importcert -noprompt -alias {_NAME} -file {{root}} -keystore test.p12 -storetype PKCS12"
        " -storepass changeit\n"
        "java -Djavax.net.ssl.trustStore=test.p12 -Djavax.net.ssl.trustStorePassword=changeit ...",
        "remove test.p12",
    ),
    Way(
        "chromium",
        f'certutil -d "sql:$HOME/.pki/nssdb" -A -t "C,," -n {_NAME} -i {{root}}',
        f'certutil -d "sql:$HOME/.pki/nssdb" -D -n {_NAME}',
    ),
    Way(
        "firefox",
        f'certutil -d "sql:PROFILE" -A -t "C,," -n {_NAME} -i {{root}}   # PROFILE: see about:profiles',
        f'certutil -d "sql:PROFILE" -D -n {_NAME}',
    ),
    Way(
        "debian",
        f"sudo install -m 644 {{root}} /usr/local/share/ca-certificates/{_NAME}.crt && sudo update-ca-certificates",
        f"sudo rm /usr/local/share/ca-certificates/{_NAME}.crt && sudo update-ca-certificates --fresh",
    ),
    Way(
        "macos",
        "security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db {root}",
        "security remove-trusted-cert {root}",
    ),
    Way(
        "docker",
        "docker run -v {root}:/root.pem:ro -e SSL_CERT_FILE=/root.pem -e REQUESTS_CA_BUNDLE=/root.pem"
        " -e NODE_EXTRA_CA_CERTS=/root.pem IMAGE",
        "nothing to undo",
    ),
)


def written(way: Way, root: Path) -> Way:
    """The way with the file of a root in it, quoted for a shell where it has to be."""
    name = shlex.quote(str(root))
    return Way(way.program, way.trust.replace("{root}", name), way.undo.replace("{root}", name))
