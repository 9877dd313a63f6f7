"""All errors that a user may see.

OverheardError
├── SettingsError     a setting is missing or invalid
├── NotReadyError     something was not ready in time
├── RecordingError    the recorder could not do what it was asked
├── UnreadableError   a file is not a readable capture
├── EnrolmentError    the certificate authority refused, or could not be trusted
├── CertificateError  there is no certificate to examine (in `overheard.certificates`)
├── NotInstalledError something that is needed is not installed
└── EngineError       an engine is not available, or the lab failed in it
"""

# The command that installs what a plain installation does not include.
INSTALL_LAB = "pip install 'overheard[lab]'"


class OverheardError(Exception):
    """An error with a message for people; `hint` says what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n  {self.hint}" if self.hint else message


class SettingsError(OverheardError):
    """A setting is missing or invalid."""


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


class EngineError(OverheardError):
    """An engine is not available, or the lab failed in it."""
