"""Changes certificates, requests, lists and keys at random, and has `overheard show` look at them.

`python bench/fuzz_show.py [--minutes 10] [--seed 1] [--out DIR]`: a find is anything that raises, warns, takes longer
than two seconds, shows a control character, or that OpenSSL reads as a certificate and Overheard does not. Finds are
kept in DIR. Prints how many documents there were, and how much memory was used at the start and at the end.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import signal
import ssl
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

from rich.console import Console

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from lab.certificates.mutations import changed, documents
from overheard.certificates.errors import CertificateError
from overheard.certificates.examine import Examination, examine_file
from overheard.certificates.question import Question, Roots
from overheard.certificates.read import read_certificates, revocation_lists
from overheard.report.certificate import certificates

_LONGEST = 2


def shown(data: bytes, host: str) -> str:
    """What is printed for a document, which is its own root and revocation list as well; empty if it is an error."""
    try:
        roots = Roots(Path("it"), read_certificates(data, "it").certificates)
    except CertificateError:
        roots = None
    try:
        lists = revocation_lists(data, "it")
    except CertificateError:
        lists = None
    try:
        examination = examine_file(data, "it", Question(host=host, trusted=roots, crls=lists))
    except CertificateError as error:
        return str(error)
    return _printed(examination)


def _printed(examination: Examination) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(certificates(examination), soft_wrap=True)
    json.dumps(examination.to_json())
    return out.getvalue()


def openssl_reads(data: bytes) -> bool:
    """Whether the OpenSSL of Python reads it as certificates in DER."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=data)
    except (ssl.SSLError, ValueError):
        return False
    return True


def problem(data: bytes, host: str) -> str:
    """What is wrong with how a document is shown; empty if nothing is."""
    begin = time.monotonic()
    try:
        said = shown(data, host)
    except Exception:  # noqa: BLE001  (that is what is looked for)
        return traceback.format_exc()
    if time.monotonic() - begin > _LONGEST:
        return f"took {time.monotonic() - begin:.1f} s"
    if bad := [letter for letter in said if not letter.isprintable() and letter != "\n"]:
        return f"shows {bad[0]!r}"
    if data.startswith(b"\x30") and "cannot be read as a certificate" in said and openssl_reads(data):
        return f"OpenSSL reads it: {said}"
    return ""


def main() -> int:
    """Run until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("fuzz-show"))
    options = parser.parse_args()
    warnings.simplefilter("error")
    draw, kinds, finds = random.Random(options.seed), Counter[str](), 0  # noqa: S311  (changes, not keys)
    documents()
    begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    until = time.monotonic() + 60 * options.minutes
    while time.monotonic() < until:
        name, data = changed(draw)
        signal.alarm(30)
        why = problem(data, draw.choice(("localhost", "127.0.0.1", "bücher.test", "")))
        signal.alarm(0)
        kinds[name] += 1
        if sum(kinds.values()) == 2000:
            begin = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if why:
            finds += 1
            options.out.mkdir(exist_ok=True)
            (options.out / f"{finds}.bin").write_bytes(data)
            (options.out / f"{finds}.txt").write_text(f"{name}\n{why}\n")
    print(f"{sum(kinds.values()):,} documents, {finds} finds: {dict(kinds)}")
    end = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"memory: {begin // 1024} MiB after the first 2,000, {end // 1024} MiB at the end")
    return int(bool(finds))


if __name__ == "__main__":
    sys.exit(main())
