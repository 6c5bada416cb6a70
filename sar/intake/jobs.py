"""Work of the clock: drafts and identity copies go when their time is over; what has no index gets one."""

from __future__ import annotations

from datetime import timedelta

from sar.foundation.jobs import periodic
from sar.intake import drafts, identity_copies, mail, search_words


@periodic("intake.expire_drafts", every=timedelta(hours=1))
def expire_drafts() -> None:
    drafts.destroy_expired()
    mail.destroy_expired()


@periodic("intake.destroy_old_identity_copies", every=timedelta(days=1))
def destroy_old_identity_copies() -> None:
    identity_copies.destroy_old()


@periodic("intake.index_search_words", every=timedelta(hours=1))
def index_search_words() -> None:
    search_words.catch_up()
