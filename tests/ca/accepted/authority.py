"""A CA with everything on, and certificates by it in files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from overheard.role.files import write_whole
from overheard_ca.issuance import Issuance
from overheard_ca.operator.folder import Folder
from overheard_ca.operator.kinds import KeyKind
from overheard_ca.operator.signing import in_pem, names_of, new_key, sign
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest


@dataclass(frozen=True)
class Authority:
    """A CA, and the folder of its files."""

    folder: Path
    issuance: Issuance

    @property
    def root(self) -> Path:
        """The file of its root."""
        return self.folder / "ca" / "root.pem"

    def certify(self, *names: str, profile: Profile = Profile.SERVER, kind: KeyKind = KeyKind.EC) -> tuple[Path, Path]:
        """A chain and its key, each in a file."""
        key = new_key(kind)
        chain = sign(self.issuance, CheckedRequest(key.public_key(), names_of([*names])), profile)
        files = self.folder / f"{profile}-{kind}.pem", self.folder / f"{profile}-{kind}.key.pem"
        write_whole(files[0], chain)
        write_whole(files[1], in_pem(key))
        return files


def authority(folder: Path) -> Authority:
    """A new CA in that folder."""
    given = {"OVERHEARD_CA_STATUS_URL": "http://ca.test:8080", "OVERHEARD_CA_LOG": "on"}
    _, issuance = Folder(folder / "ca", folder / "passphrase", given=given).start()
    return Authority(folder, issuance)
