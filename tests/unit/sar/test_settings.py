"""A setting that makes no sense stops the start, and the message names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sar.foundation.key_ring import KeyRing, open_ring
from sar.settings import Settings, SettingsError

LIVE = {"SAR_ENVIRONMENT": "production", "SAR_PUBLIC_URL": "https://records.example.org"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAR_ENVIRONMENT", "prod"),
        ("SAR_SURFACE", "private"),
        ("SAR_MAIL_TRANSPORT", "pigeon"),
        ("SAR_JURISDICTION", "UK"),
        ("SAR_PAUSE_MODE", "never"),
        ("SAR_IDENTITY_COPY_MAX_DAYS", "31"),
        ("SAR_SESSION_IDLE_MINUTES", "half an hour"),
        ("SAR_SESSION_IDLE_MINUTES", "0"),
        ("SAR_SESSION_IDLE_MINUTES", "-30"),
        ("SAR_SESSION_ABSOLUTE_HOURS", "0"),
        ("SAR_STEP_UP_MINUTES", "-1"),
        ("SAR_TRUSTED_PROXY_HOPS", "-1"),
        ("SAR_MAX_UPLOAD_MB", "0"),
        ("SAR_SMTP_STARTTLS", "maybe"),
        ("SAR_BRAND_COLOUR", "red; } body { display: none"),
        ("SAR_PUBLIC_URL", "records.example.org"),
        ("SAR_PUBLIC_URL", "https://"),
        ("SAR_PUBLIC_URL", "https://records.example.org/"),
        ("SAR_PUBLIC_URL", "https://records.example.org/path"),
        ("SAR_PUBLIC_URL", "https://user@records.example.org"),
        ("SAR_PUBLIC_URL", "https://records.example.org:port"),
        ("SAR_PUBLIC_URL", "javascript:alert(1)"),
        ("SAR_STAFF_URL", "office.example.org/staff"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({name: value})


def test_in_production_people_are_never_reached_without_tls() -> None:
    with pytest.raises(SettingsError, match="SAR_PUBLIC_URL"):
        Settings.from_env(LIVE | {"SAR_PUBLIC_URL": "http://records.example.org"})
    assert Settings.from_env(LIVE).secure


def test_a_demonstration_key_never_serves_in_production(tmp_path: Path) -> None:
    ring = tmp_path / "ring.json"
    KeyRing.create(ring, demo=True)
    live = LIVE | {"SAR_KEY_RING": str(ring), "SAR_INSTANCE": str(tmp_path)}
    with pytest.raises(SettingsError, match="demonstration"):
        open_ring(Settings.from_env(live))
    ring.unlink()
    with pytest.raises(SettingsError, match="no key ring"):  # nor is one made up on the way
        open_ring(Settings.from_env(live))
    KeyRing.create(ring, demo=False)
    assert not open_ring(Settings.from_env(live)).demo


def test_passwords_are_not_in_what_a_log_would_show() -> None:
    settings = Settings.from_env(
        {"SAR_DATABASE_URL": "postgresql+psycopg://u:hidden1@h/d", "SAR_SMTP_PASSWORD": "hidden2"}
    )
    assert "hidden" not in repr(settings)


def test_values_are_read_as_what_they_are(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"SAR_INSTANCE": str(tmp_path), "SAR_SMTP_STARTTLS": "No", "SAR_SMTP_PORT": "587", "PATH": "ignored"}
    )
    assert (settings.instance, settings.smtp_starttls, settings.smtp_port) == (tmp_path, False, 587)
    assert settings.database_url == f"sqlite:///{tmp_path / 'sar.db'}"
    assert not settings.is_postgresql


def test_staff_may_have_an_address_of_their_own_and_their_door_answers_to_it() -> None:
    one = Settings.from_env(LIVE)
    assert (one.staff_address, one.host) == ("https://records.example.org", "records.example.org")
    two = LIVE | {"SAR_STAFF_URL": "https://office.example.org"}
    assert Settings.from_env(two | {"SAR_SURFACE": "public"}).host == "records.example.org"
    assert Settings.from_env(two | {"SAR_SURFACE": "staff"}).host == "office.example.org"
    assert Settings.from_env(two).staff_address == "https://office.example.org"
    with pytest.raises(SettingsError, match="SAR_STAFF_URL"):
        Settings.from_env(LIVE | {"SAR_STAFF_URL": "http://office.example.org"})
