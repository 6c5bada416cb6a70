"""Commands on staff, requesters' phrases and originators' links."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from sar.access import sessions, totp
from sar.access.models import AccessLink, RecoveryCode, RequesterAccess, Staff, WebSession
from sar.access.passwords import fingerprint, hash_secret, require_good_password, verify_secret
from sar.access.permissions import Role
from sar.foundation import throttle
from sar.foundation.actions import Action
from sar.foundation.actors import PUBLIC, Actor, ActorKind
from sar.foundation.audit import record
from sar.foundation.clock import end_of_day, london_today, utc_now
from sar.foundation.db import db, write_transaction
from sar.foundation.errors import Gone, NotFound, Refused
from sar.foundation.ids import access_phrase, normalise_phrase, parse_reference
from sar.foundation.keys import blind_index, ensure_system_scope

RECOVERY_CODES = 8
LINK_CODE_MINUTES = 15
LINK_CODE_TRIES = 5
_PHRASE_WINDOW = timedelta(minutes=30)
WRONG_SIGN_IN = "The email address, password or code is not right. Codes work once: wait for the next one."
WRONG_PHRASE = "The reference or the six words are not right. Check them and try again."


# Staff


def add_staff(actor: Actor, *, name: str, email: str, password: str, roles: frozenset[Role]) -> Staff:
    """Add a member of staff with a fresh second-factor seed. Raises Refused."""
    require_good_password(password)
    if not roles:
        raise Refused("Choose at least one role.")
    with write_transaction() as session:
        index = blind_index("staff.email", email)
        if session.scalar(select(Staff.id).where(Staff.email_index == index)):
            raise Refused("There is already a member of staff with that email address.")
        staff = Staff(
            scope_id=ensure_system_scope(),
            email_index=index,
            email=email.strip(),
            name=name.strip(),
            roles=" ".join(sorted(roles)),
            password_hash=hash_secret(password),
            totp_seed=totp.new_seed(),
        )
        session.add(staff)
        record(actor, Action.STAFF_ADDED, staff.id, roles=sorted(roles))
        return staff


def change_roles(actor: Actor, staff_id: str, roles: frozenset[Role]) -> None:
    """Give someone these roles and no others. They must sign in again. Raises Refused for one's own."""
    _require_someone_else(actor, staff_id)
    if not roles:
        raise Refused("Choose at least one role. To take away all access, stop the account.")
    with write_transaction():
        staff = _staff(staff_id)
        staff.roles = " ".join(sorted(roles))
        record(actor, Action.STAFF_ROLES_CHANGED, staff.id, roles=sorted(roles))
        sessions.end_all(actor, staff.id)


def disable_staff(actor: Actor, staff_id: str) -> None:
    """Stop someone's access at once. What they did stays under their name. Raises Refused for oneself."""
    _require_someone_else(actor, staff_id)
    with write_transaction():
        staff = _staff(staff_id)
        staff.disabled = True
        _end_own_links(staff.id)
        record(actor, Action.STAFF_DISABLED, staff.id)
        sessions.end_all(actor, staff.id)


def reset_sign_in(actor: Actor, staff_id: str, password: str) -> Staff:
    """Start someone afresh who lost their password or phone: new password, new second factor, no sessions.

    A stopped account is open again. Raises Refused for oneself or a weak password.
    """
    _require_someone_else(actor, staff_id)
    require_good_password(password)
    with write_transaction() as session:
        staff = _staff(staff_id)
        staff.password_hash = hash_secret(password)
        staff.totp_seed = totp.new_seed()
        staff.totp_last_counter = 0
        staff.disabled = False
        session.execute(
            update(RecoveryCode)
            .where(RecoveryCode.staff_id == staff.id, RecoveryCode.used_at.is_(None))
            .values(used_at=utc_now())
        )
        _end_own_links(staff.id)
        record(actor, Action.SIGN_IN_RESET, staff.id)
        sessions.end_all(actor, staff.id)
        return staff


def _end_own_links(staff_id: str) -> None:
    """What opens by a link of one's own (a calendar) is closed with the account, and stays closed."""
    mine = (AccessLink.subject_id == staff_id, AccessLink.ended_at.is_(None))
    db.session.execute(update(AccessLink).where(*mine).values(ended_at=utc_now()))


def change_password(actor: Actor, current: str, new: str) -> None:
    """Someone's own new password; every session of theirs ends. Raises Refused."""
    throttle.check("password", actor.id, limit=10, per=timedelta(minutes=15))
    require_good_password(new)
    staff = _staff(actor.id)
    if not verify_secret(current, staff.password_hash):
        raise Refused("The password you have now is not right.")
    with write_transaction():
        staff.password_hash = hash_secret(new)
        record(actor, Action.PASSWORD_CHANGED, staff.id)
        sessions.end_all(actor, staff.id)


def _require_someone_else(actor: Actor, staff_id: str) -> None:
    # Nobody gives themselves more, and the last administrator cannot lock everyone out.
    if actor.id == staff_id:
        raise Refused("You cannot do this to your own account. Ask another administrator.")


def new_recovery_codes(actor: Actor, staff_id: str) -> list[str]:
    """Eight single-use codes, shown once. Earlier ones stop working."""
    codes = [f"{secrets.randbelow(10**5):05}-{secrets.randbelow(10**5):05}" for _ in range(RECOVERY_CODES)]
    with write_transaction() as session:
        session.execute(
            update(RecoveryCode)
            .where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
            .values(used_at=utc_now())
        )
        session.add_all(RecoveryCode(staff_id=staff_id, code_hash=_code_hash(staff_id, code)) for code in codes)
        record(actor, Action.SECOND_FACTOR_SET, staff_id)
    return codes


def sign_in_staff(email: str, password: str, code: str, address: str) -> str:
    """Check password, then code. Returns a session token. Raises Refused with one message for every failure."""
    index = blind_index("staff.email", email)
    throttle.check("sign-in", index, limit=10, per=timedelta(minutes=15))
    throttle.check("sign-in-address", address, limit=60, per=timedelta(minutes=15))
    staff = db.session.scalar(select(Staff).where(Staff.email_index == index))
    good = verify_secret(password, staff.password_hash if staff else None)
    with write_transaction():
        if staff is None or not good or staff.disabled or not _use_code(staff, code):
            record(PUBLIC, Action.SIGN_IN_FAILED, staff.id if staff else "unknown", method="password")
            token = None
        else:
            actor = Actor(ActorKind.STAFF, staff.id, staff.role_set)
            token = sessions.start(ActorKind.STAFF, staff.id)
            record(actor, Action.SIGNED_IN, staff.id, method="password")
    if token is None:
        raise Refused(WRONG_SIGN_IN)
    return token


def step_up(actor: Actor, session_id: str, code: str) -> None:
    """Prove the second factor again before something that cannot be undone (security.md 4)."""
    throttle.check("step-up", actor.id, limit=10, per=timedelta(minutes=15))
    with write_transaction() as session:
        good = _use_code(_staff(actor.id), code)
        if good:
            session.execute(update(WebSession).where(WebSession.id == session_id).values(stepped_up_at=utc_now()))
            record(actor, Action.STEPPED_UP, actor.id)
        else:
            record(actor, Action.SIGN_IN_FAILED, actor.id, method="step_up")
    if not good:
        raise Refused("That code is not right. Codes work once: wait for the next one.")


def _use_code(staff: Staff, code: str) -> bool:
    """Spend a one-time or recovery code. Only one of two that race can spend it."""
    counter = totp.matching_counter(staff.totp_seed, code, utc_now(), staff.totp_last_counter)
    if counter is not None:
        spent = db.session.execute(
            update(Staff)
            .where(Staff.id == staff.id, Staff.totp_last_counter < counter)
            .values(totp_last_counter=counter)
        )
        return int(getattr(spent, "rowcount", 0)) == 1
    spent = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff.id,
            RecoveryCode.code_hash == _code_hash(staff.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=utc_now())
    )
    return int(getattr(spent, "rowcount", 0)) == 1


def _code_hash(owner_id: str, code: str) -> str:
    """How a short code is stored: keyed, since a few digits under a plain hash are read back in seconds."""
    return blind_index("one-time code", f"{owner_id}|{code}")


def _staff(staff_id: str) -> Staff:
    staff = db.session.get(Staff, staff_id)
    if staff is None:
        raise NotFound("There is no such member of staff.")
    return staff


# Requesters


def issue_phrase(actor: Actor, reference: str) -> str:
    """A new six-word phrase for a request, inside the caller's transaction. Shown once, stored hashed.

    Whoever signed in with an earlier phrase is signed out.
    """
    phrase = access_phrase()
    with write_transaction() as session:
        access = session.scalar(select(RequesterAccess).where(RequesterAccess.reference == reference))
        if access is None:
            access = RequesterAccess(reference=reference, phrase_hash="")
            session.add(access)
        else:
            sessions.end_all(actor, reference)
        access.phrase_hash = hash_secret(normalise_phrase(phrase))
        record(actor, Action.PHRASE_ISSUED, reference)
    return phrase


def sign_in_requester(typed_reference: str, phrase: str, address: str) -> str:
    """Returns a session token. Raises Refused: the message never says which of the two was wrong."""
    reference = parse_reference(typed_reference) or "unknown"
    # A reference that cannot be one counts by what was typed: else ten strangers' slips would stop everyone's.
    throttle.check("phrase", reference if reference != "unknown" else typed_reference, limit=10, per=_PHRASE_WINDOW)
    throttle.check("phrase-address", address, limit=60, per=_PHRASE_WINDOW)
    access = db.session.scalar(select(RequesterAccess).where(RequesterAccess.reference == reference))
    good = verify_secret(normalise_phrase(phrase), access.phrase_hash if access else None)
    with write_transaction():
        if not good:
            record(PUBLIC, Action.SIGN_IN_FAILED, reference, method="phrase")
        else:
            token = sessions.start(ActorKind.REQUESTER, reference)
            record(Actor(ActorKind.REQUESTER, reference), Action.SIGNED_IN, reference, method="phrase")
    if not good:
        raise Refused(WRONG_PHRASE)
    return token


# Originators


def issue_link(actor: Actor, purpose: str, subject_id: str, days: int) -> str:
    """A link token for one subject, inside the caller's transaction. Returned once, stored hashed.

    It opens to the end of the day that lies so many days ahead, as letters say when they name that day.
    """
    token = secrets.token_urlsafe(32)
    last_day = london_today() + timedelta(days=days)
    with write_transaction() as session:
        session.add(
            AccessLink(
                purpose=purpose,
                subject_id=subject_id,
                token_hash=fingerprint(token),
                expires_at=end_of_day(last_day),
                code_tries=0,
            )
        )
        record(actor, Action.LINK_ISSUED, subject_id, purpose=purpose, expires_on=last_day)
    return token


def end_links(actor: Actor, purpose: str, subject_id: str, *, sign_out: bool = True) -> None:
    """No link for this subject opens any more (answered, withdrawn, replaced).

    `sign_out` ends what was opened by one, too; not where the subject is staff, who sign in another way.
    """
    with write_transaction() as session:
        session.execute(
            update(AccessLink)
            .where(AccessLink.subject_id == subject_id, AccessLink.purpose == purpose, AccessLink.ended_at.is_(None))
            .values(ended_at=utc_now())
        )
        if sign_out:
            sessions.end_all(actor, subject_id)
        record(actor, Action.LINK_REVOKED, subject_id, purpose=purpose)


def open_link(token: str, purpose: str) -> AccessLink:
    """The link behind a token. Raises NotFound for an unknown one, Gone for an ended or expired one."""
    link = db.session.scalar(
        select(AccessLink).where(AccessLink.token_hash == fingerprint(token), AccessLink.purpose == purpose)
    )
    if link is None:
        raise NotFound("We do not know this link. Check that you copied all of it.")
    return _still_good(link)


def _still_good(link: AccessLink) -> AccessLink:
    if link.ended_at is not None or link.expires_at <= utc_now():
        raise Gone("This link has been used or has run out. Ask the records team for a new one.")
    return link


def new_link_code(token: str, purpose: str) -> str:
    """A six-digit code to be mailed to the link's owner; good for a quarter of an hour."""
    code = f"{secrets.randbelow(10**6):06}"
    link = open_link(token, purpose)
    throttle.check("link-code", link.id, limit=5, per=timedelta(minutes=30))
    with write_transaction():
        link.code_hash = _code_hash(link.id, code)
        link.code_expires_at = utc_now() + timedelta(minutes=LINK_CODE_MINUTES)
        link.code_tries = 0
    return code


def sign_in_originator(token: str, purpose: str, code: str) -> str:
    """Spend a mailed code. Returns a session token. Raises Refused for a wrong, old or spent one."""
    link = open_link(token, purpose)
    throttle.check("link-try", link.id, limit=20, per=timedelta(minutes=30))
    with write_transaction() as session:
        session.refresh(link, with_for_update=True)
        _still_good(link)  # it may have been ended while we waited for it
        good = _link_code_is_good(link, code, utc_now())
        if good:
            link.code_hash = None
            session_token = sessions.start(ActorKind.ORIGINATOR, link.subject_id)
            actor = Actor(ActorKind.ORIGINATOR, link.subject_id)
            record(actor, Action.SIGNED_IN, link.subject_id, method="link")
        else:
            link.code_tries += 1
            record(PUBLIC, Action.SIGN_IN_FAILED, link.subject_id, method="link")
    if not good:
        raise Refused("That code is not right or has run out. Ask for a new one.")
    return session_token


def _link_code_is_good(link: AccessLink, code: str, now: datetime) -> bool:
    if link.code_hash is None or link.code_expires_at is None or link.code_tries >= LINK_CODE_TRIES:
        return False
    return now < link.code_expires_at and secrets.compare_digest(link.code_hash, _code_hash(link.id, code))
