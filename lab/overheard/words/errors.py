"""All errors that a user may see.

OverheardError
├── SettingsError     a setting, an option or an argument is missing or invalid
├── NotReadyError     something was not ready in time
├── RecordingError    the recorder could not do what it was asked
├── UnreadableError   a file is not a readable capture
├── EnrolmentError    the certificate authority refused, or could not be trusted
├── CertificateError  there is no certificate to examine (in `overheard.certificates`)
├── PkiError          a key, a request or a certificate cannot be made (in `overheard.pki`)
├── NotInstalledError something that is needed is not installed
├── OutputError       the results cannot be written
└── EngineError       an engine is not available, or the lab failed in it
"""

from overheard.words.escaping import escaped

# Exit codes. INCONCLUSIVE is that of the verdict: nothing was found out. No other one is that of a verdict. Three are
# in sysexits.h: EX_USAGE, EX_SOFTWARE and EX_IOERR.
INCONCLUSIVE, NOT_INSTALLED, USAGE, INTERNAL_ERROR, INPUT_OUTPUT, INTERRUPTED = 2, 3, 64, 70, 74, 130

# The commands that install what a plain installation does not include.
INSTALL_LAB = "pip install 'overheard[lab]'"
INSTALL_CA = "pip install 'overheard[ca]'"
INSTALL_SIDECAR = "pip install 'overheard[sidecar]'"


class OverheardError(Exception):
    """An error with a message for people, in one line; `hint` says what to do next."""

    exit_code = INCONCLUSIVE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        # Names in it are from outside: of files, of hosts, and what others answered.
        message = escaped(super().__str__())
        return f"{message}\n  {escaped(self.hint)}" if self.hint else message


class SettingsError(OverheardError):
    """A setting, an option or an argument is missing or invalid."""

    exit_code = USAGE


class NotReadyError(OverheardError):
    """Something was not ready in time. The message says what was awaited, what was seen, and what to do."""

    def __init__(self, awaited: str, *, seen: str, hint: str) -> None:
        super().__init__(f"waited for {awaited}, but {seen}", hint=hint)


class RecordingError(OverheardError):
    """The recorder could not do what it was asked."""


class UnreadableError(OverheardError):
    """A file is not a readable capture."""


class EnrolmentError(OverheardError):
    """The certificate authority refused, or could not be trusted."""


class NotInstalledError(OverheardError):
    """Something that is needed is not installed. The message has the command that installs it."""

    exit_code = NOT_INSTALLED


class OutputError(OverheardError):
    """The results cannot be written: the disk is full, say. The exit code is that of no verdict."""

    exit_code = INPUT_OUTPUT


class EngineError(OverheardError):
    """An engine is not available, or the lab failed in it."""
