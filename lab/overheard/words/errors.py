"""Every failure that a user may see.

OverheardError
├── SettingsError     a setting is missing or makes no sense
├── NotReadyError     something was awaited and did not come
├── RecordingError    the recorder could not do as it was asked
├── UnreadableError   a file is not the capture that it should be
├── EnrolmentError    the certificate authority refused, or could not be trusted
├── CertificateError  a certificate could not be looked at (in `overheard.certificates`)
├── NotInstalledError what is asked for needs more than is installed
└── EngineError       the place where the roles should run is not to be had
"""

# The command that installs what a plain installation leaves out.
INSTALL_LAB = "pip install 'overheard[lab]'"


class OverheardError(Exception):
    """A failure with a message for people; `hint` says what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n  {self.hint}" if self.hint else message


class SettingsError(OverheardError):
    """A setting is missing or makes no sense."""


class NotReadyError(OverheardError):
    """Something was awaited and did not come: says what was awaited, what was seen, and what to do."""

    def __init__(self, awaited: str, *, seen: str, hint: str) -> None:
        super().__init__(f"waited for {awaited}, but {seen}", hint=hint)


class RecordingError(OverheardError):
    """The recorder could not do as it was asked."""


class UnreadableError(OverheardError):
    """A file is not the capture that it should be."""


class EnrolmentError(OverheardError):
    """The certificate authority refused, or could not be trusted."""


class NotInstalledError(OverheardError):
    """What is asked for needs more than is installed: says what, and the command that installs it."""


class EngineError(OverheardError):
    """The place where the roles should run is not to be had."""
