"""Fictional mail threads as real .eml files."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from zoneinfo import ZoneInfo

_HEADER = re.compile(r"(From|To|Cc|Sent|Date|Subject): (.+)\Z")
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+\w")
_WHEN = re.compile(r"(\d{1,2}) (\w{3})\w* (\d{4}) (\d{2}:\d{2})")
_LONDON = ZoneInfo("Europe/London")


def _people(value: str, domain: str) -> list[Address]:
    """The people of a header line. Someone named without an address is given the plain box of the sender's office."""
    people = []
    # Two or more people are parted by semicolons in these threads; a comma stands between surname and first name.
    for person in value.split(";"):
        found = _ADDRESS.search(person)
        name = re.sub(r"<.*?>", "", person).strip().strip("'")
        people.append(Address(display_name=name, addr_spec=found[0] if found else f"office@{domain}"))
    return people


def mail(text: str, name: str) -> bytes:
    """The thread as a message: the headers of its newest mail, then everything below them as plain text and HTML."""
    lines = text.rstrip("\n").split("\n")
    headers: dict[str, str] = {}
    while lines and (match := _HEADER.match(lines[0])):
        headers[match[1]] = match[2]
        lines.pop(0)
    body = "\n".join(lines).strip("\n") + "\n"
    sender = _ADDRESS.search(headers["From"]) or _ADDRESS.search(body)
    if sender is None:
        raise ValueError(f"{name}: no mail address in the thread")
    domain = sender[0].split("@")[1]
    when = _WHEN.search(headers.get("Sent") or headers["Date"])
    if when is None:
        raise ValueError(f"{name}: no date in the thread")
    sent = datetime.strptime(" ".join(when.groups()), "%d %b %Y %H:%M").replace(tzinfo=_LONDON)
    message = EmailMessage(policy=SMTP)
    message["From"] = _people(headers["From"], domain)
    message["To"] = _people(headers["To"], domain)
    if "Cc" in headers:
        message["Cc"] = _people(headers["Cc"], domain)
    message["Date"] = sent
    message["Subject"] = headers["Subject"]
    message["Message-ID"] = f"<{name}.{sent:%Y%m%d%H%M}@{domain}>"
    message.set_content(body, cte="quoted-printable")
    page = f'<html><body><div style="font-family:Calibri,sans-serif">{escape(body)}</div></body></html>'
    message.add_alternative(page.replace("\n", "<br>\n"), subtype="html", cte="quoted-printable")
    message.set_boundary(f"part-{name}")
    return message.as_bytes()
