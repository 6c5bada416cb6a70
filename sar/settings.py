"""Everything an organisation can set, in one place and read once.

Values come from environment variables named SAR_<FIELD>, for example SAR_DATABASE_URL.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

PROJECT_ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("demo", "test", "production")
SURFACES = ("public", "staff", "both")
MAIL_TRANSPORTS = ("file", "console", "smtp")
# The rest of the whole numbers must be at least 1: a session of no minutes or a file of no pages is a slip.
_LEAST: Final = {"trusted_proxy_hops": 0}
# Copies of identity documents are kept for 30 days at the most: a setting may shorten that, never lengthen it.
_MOST: Final = {"identity_copy_max_days": 30}
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


class SettingsError(ValueError):
    """A setting is missing or makes no sense; the message names it."""


@dataclass(frozen=True)
class Settings:
    """One frozen set of settings. Times are in the unit that the name says."""

    environment: str = "demo"
    instance: Path = PROJECT_ROOT / "instance"
    database_url: str = field(default="", repr=False)
    key_ring: str = ""
    surface: str = "both"
    public_url: str = "http://127.0.0.1:8000"
    staff_url: str = ""
    trusted_proxy_hops: int = 0

    organisation_name: str = "Northvale Probation"
    service_name: str = "Ask for your records"
    brand_colour: str = "#1d4e6b"
    contact_email: str = "records@northvale.example"
    contact_address: str = "Records team, Northvale Probation, 1 Station Road, Northvale NV1 1AA"
    contact_phone: str = "01632 960 100"
    regulator_name: str = "the Information Commission"
    regulator_contact: str = "Write to Wycliffe House, Water Lane, Wilmslow SK9 5AF, or call 0303 123 1113."

    jurisdiction: str = "EW"
    pause_mode: str = "conservative"
    internal_target_days: int = 28
    identity_copy_max_days: int = 30
    search_escalate_days: int = 3
    consultation_send_day: int = 3
    consultation_chase_day: int = 7
    consultation_escalate_day: int = 10
    consultation_decide_day: int = 14
    consultation_link_days: int = 21
    collection_days: int = 90

    session_idle_minutes: int = 30
    session_absolute_hours: int = 10
    step_up_minutes: int = 10

    mail_transport: str = "file"
    mail_from: str = "records@northvale.example"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_starttls: bool = True

    max_upload_mb: int = 100
    max_identity_mb: int = 15
    max_case_mb: int = 4000
    max_pages_per_file: int = 20_000
    clamd_address: str = ""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read SAR_* variables. Raises SettingsError for a value that cannot be used."""
        environ = os.environ if environ is None else environ
        found: dict[str, Any] = {}
        for one in fields(cls):
            raw = environ.get(f"SAR_{one.name.upper()}")
            if raw is not None:
                found[one.name] = _convert(one.name, raw, type(one.default))
        return cls(**found)

    def __post_init__(self) -> None:
        for name, allowed in (
            ("environment", ENVIRONMENTS),
            ("surface", SURFACES),
            ("mail_transport", MAIL_TRANSPORTS),
            ("jurisdiction", ("EW", "SC", "NI", "NONE")),
            ("pause_mode", ("conservative", "statutory")),
        ):
            if getattr(self, name) not in allowed:
                raise SettingsError(f"SAR_{name.upper()} must be one of: {', '.join(allowed)}.")
        for one in fields(self):
            least = _LEAST.get(one.name, 1)
            if type(one.default) is int and getattr(self, one.name) < least:
                raise SettingsError(f"SAR_{one.name.upper()} must be {least} or more.")
            if one.name in _MOST and getattr(self, one.name) > _MOST[one.name]:
                raise SettingsError(f"SAR_{one.name.upper()} must be {_MOST[one.name]} or less.")
        if not _COLOUR.fullmatch(self.brand_colour):
            raise SettingsError("SAR_BRAND_COLOUR must be a colour like #1d4e6b.")
        if not _is_site_address(self.public_url):
            raise SettingsError("SAR_PUBLIC_URL must be an address like https://records.example.org, with no path.")
        if self.staff_url and not _is_site_address(self.staff_url):
            raise SettingsError("SAR_STAFF_URL must be an address like https://records.example.org, with no path.")
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.instance / 'sar.db'}")
        if self.environment == "production" and not self.secure:
            raise SettingsError("SAR_PUBLIC_URL must start with https:// in production.")
        if self.environment == "production" and not self.staff_address.startswith("https://"):
            raise SettingsError("SAR_STAFF_URL must start with https:// in production.")

    @property
    def secure(self) -> bool:
        """Whether people reach the service over TLS: decides Secure cookies and HSTS."""
        return self.public_url.startswith("https://")

    @property
    def staff_address(self) -> str:
        """Where staff reach their side, for links in mails to them."""
        return self.staff_url or self.public_url

    @property
    def host(self) -> str:
        """The name people reach this process by, with its port where it has one."""
        return urlsplit(self.staff_address if self.surface == "staff" else self.public_url).netloc

    @property
    def key_ring_path(self) -> Path:
        return Path(self.key_ring) if self.key_ring else self.instance / "keys" / "ring.json"

    @property
    def is_postgresql(self) -> bool:
        return self.database_url.startswith("postgresql")


def _is_site_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and text == f"{parts.scheme}://{parts.netloc}"
            and "@" not in parts.netloc
        )
    except ValueError:
        return False


def _convert(name: str, raw: str, kind: Any) -> Any:
    try:
        if kind is bool:
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[raw.lower()]
        if issubclass(kind, Path):
            return Path(raw).resolve()
        return kind(raw)
    except (KeyError, ValueError) as error:
        raise SettingsError(f"SAR_{name.upper()}={raw!r} is not a valid {kind.__name__}.") from error
