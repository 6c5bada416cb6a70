"""How mail leaves the house: a file or the console by default, SMTP by setting."""

from __future__ import annotations

import os
import smtplib
import ssl
import sys
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol

from sar.settings import Settings

_SMTP_TIMEOUT: Final = 30.0


class NotTaken(Exception):
    """The mail was certainly not sent. `permanent`: trying again cannot help. `code` holds nothing personal."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent


class Transport(Protocol):
    """`repeatable`: sending the same mail twice has the effect of sending it once."""

    repeatable: bool

    def send(self, mail: EmailMessage, message_id: str) -> None:
        """Returns once the mail is out. Raises NotTaken; any other exception means that nobody knows."""


class FileTransport:
    """One .eml file for each message, for trying things out: names are ids, so a second writing replaces the first."""

    repeatable = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, mail: EmailMessage, message_id: str) -> None:
        part = self._folder / f".{message_id}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(mail.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._folder / f"{message_id}.eml")
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise NotTaken(f"file_{type(error).__name__}", permanent=False) from error


class ConsoleTransport:
    """Prints the mail where the worker runs."""

    repeatable = False

    def send(self, mail: EmailMessage, message_id: str) -> None:
        sys.stdout.write(f"--- mail {message_id}\n{mail.as_string()}\n---\n")
        sys.stdout.flush()


class SmtpTransport:
    """Hands the mail to the organisation's server. Only its answer after the whole mail makes it sent."""

    repeatable = False

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, mail: EmailMessage, message_id: str) -> None:
        server = self._connect()
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            raise NotTaken("smtp_recipient_refused", permanent=all(code >= 500 for code in codes)) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise NotTaken(f"smtp_{error.smtp_code}", permanent=error.smtp_code >= 500) from error
        except smtplib.SMTPNotSupportedError as error:
            raise NotTaken("smtp_not_supported", permanent=True) from error
        finally:
            # Taken or not, that is decided; how the server says goodbye changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        wanted = self._settings
        server = None
        try:
            server = smtplib.SMTP(wanted.smtp_host, wanted.smtp_port, timeout=_SMTP_TIMEOUT)
            if wanted.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if wanted.smtp_username:
                server.login(wanted.smtp_username, wanted.smtp_password)
        except (smtplib.SMTPException, OSError) as error:
            if server is not None:
                server.close()
            raise NotTaken(f"smtp_{type(error).__name__}", permanent=False) from error
        return server


def transport_for(settings: Settings) -> Transport:
    """The one that the settings name."""
    if settings.mail_transport == "smtp":
        return SmtpTransport(settings)
    if settings.mail_transport == "console":
        return ConsoleTransport()
    return FileTransport(settings.instance / "outbox")
