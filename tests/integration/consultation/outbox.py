"""What an originator finds in its mail."""

from __future__ import annotations

import re

from sar.consultation.models import Consultation
from sar.foundation import messages


def kinds(consultation: Consultation) -> list[str]:
    return [message.kind for message in messages.about(consultation.id)]


def token_in(message: messages.Message) -> str:
    """The token of the link in a mail."""
    found = re.search(r"https?://\S+/originator/(\S+)", message.body)
    assert found, message.body
    return found[1]


def newest_code(consultation_id: str) -> str:
    """The code that was mailed last."""
    mail = [message for message in messages.about(consultation_id) if message.kind == "consultation.code"][-1]
    found = re.search(r"\b(\d{6})\b", mail.body)
    assert found, mail.body
    return found[1]
