"""A CA that is looked after by the command, in a folder of a test."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from lab.command.process import overheard


@dataclass(frozen=True)
class AuthorityCommand:
    """`overheard ca` with one state folder, run in `folder`."""

    state: Path
    folder: Path

    def words(self, action: str, *arguments: str) -> list[str]:
        """The whole command line."""
        return [sys.executable, "-P", "-m", "overheard", "ca", action, "--state", str(self.state), *arguments]

    def attempt(self, action: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run an action, whatever its exit code."""
        return overheard("ca", action, "--state", str(self.state), *arguments, cwd=self.folder, **variables)

    def run(self, action: str, *arguments: str, **variables: str) -> str:
        """What an action printed. It must succeed, and complain of nothing."""
        done = self.attempt(action, *arguments, **variables)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def certificate(self, name: str) -> x509.Certificate:
        """The certificate in NAME.pem."""
        return x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())

    def days_of(self, name: str, *options: str, **variables: str) -> int:
        """The lifetime of a certificate that is signed now, in days."""
        self.run("sign", name, *options, **variables)
        made = self.certificate(name)
        return (made.not_valid_after_utc - made.not_valid_before_utc).days
