"""The forms that numbers and addresses of a kind take: a pattern each, with its check and the words it needs near."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from redaction.detect import checksums


@dataclass(frozen=True)
class Form:
    """One pattern. `check` lowers the score where it fails; `cue` must stand within 60 characters before."""

    kind: str
    pattern: re.Pattern[str]
    evidence: str
    check: Callable[[str], bool] | None = None
    cue: re.Pattern[str] | None = None
    required: bool = False  # without a passed check or a cue nearby, not reported at all


def _form(
    kind: str,
    pattern: str,
    evidence: str,
    *,
    check: Callable[[str], bool] | None = None,
    cue: str = "",
    required: bool = False,
    flags: int = 0,
) -> Form:
    near = re.compile(rf"(?i)(?:{cue})[^\n]{{0,40}}\Z") if cue else None
    return Form(kind, re.compile(pattern, flags), evidence, check, near, required)


_I = re.IGNORECASE
AT_FORMS: tuple[Form, ...] = (
    _form(
        "email",
        r"(?<![\w.+-])[\w.+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
        "form of an email address",
    ),
    _form(
        "email",
        r"(?<![\w.+-])[\w.+-]*[A-Za-z0-9](?:[ ]@[ ]|[ ]?[\[(]at[\])][ ]?)"
        r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
        "form of an email address, spaced out",
    ),
    _form("handle", r"(?<![\w.@/+-])@[A-Za-z0-9_](?:[\w.]*\w)?(?![\w@])", "@ and a name"),
)
FORMS: tuple[Form, ...] = (
    _form(
        "ip",
        r"(?<![\d.vV])\d{1,3}(?:\.\d{1,3}){3}(?![\d]|\.\d)",
        "form of an IP address",
        check=checksums.ip_address,
    ),
    _form(
        "ip",
        r"(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"
        r"|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4})",
        "form of an IPv6 address",
        flags=_I,
    ),
    _form(
        "nino",
        r"(?<![A-Za-z0-9])[A-Z]{2}([ -]?)\d{2}\1\d{2}\1\d{2}[ -]?[A-D](?![A-Za-z0-9])",
        "form of a National Insurance number",
        check=checksums.nino,
        flags=_I,
    ),
    _form(
        "pnc_id",
        r"(?<![\w/])(?:(?:19|20)\d\d|\d\d)/\d{1,7}[A-HJ-NP-RT-Z](?![\w/])",
        "form of a PNC ID",
        check=checksums.pnc_id,
        flags=_I,
    ),
    _form(
        "pnc_id",
        r"(?<![\w/])(?:(?:19|20)\d{2}|\d{2})\d{7}[A-HJ-NP-RT-Z](?!\w)",
        "form of a PNC ID without its slash",
        check=checksums.pnc_id,
        cue=r"\bPNC",
        required=True,
        flags=_I,
    ),
    _form(
        "cro",
        r"(?<![\w/])(?:SF\d\d/\d{1,6}|\d{1,6}/\d\d)[A-Z](?![\w/])",
        "form of a CRO number",
        check=checksums.cro,
        flags=_I,
    ),
    _form(
        "driving_licence",
        r"(?<!\w)[A-Z](?:[A-Z]{4}|[A-Z]{3}9|[A-Z]{2}99|[A-Z]999|9999) ?\d{6} ?[A-Z9]{2}\w ?\w{2}(?!\w)",
        "form of a driving licence number",
        check=checksums.driving_licence,
        flags=_I,
    ),
    _form("prison_number", r"(?<!\w)[A-Z]\d{4}[A-Z]{2}(?!\w)", "form of a prison number"),
    _form(
        "prison_number",
        r"(?<!\w)[a-z]\d{4}[a-z]{2}(?!\w)",
        "form of a prison number in small letters",
        cue=r"\b(?:prison|nomis|noms|number|no)\b",
        required=True,
    ),
    _form("crn", r"(?<!\w)[A-Z]\d{6}(?!\w)", "form of a case reference number"),
    _form(
        "crn",
        r"(?<!\w)[a-z]\d{6}(?!\w)",
        "form of a case reference number in small letters",
        cue=r"\bcrn\b",
        required=True,
    ),
    _form(
        "nhs_number",
        r"(?<![\d/.+-])\d(?:[ -]?\d){9}(?![\d/]|[.-]\d)",
        "ten digits after NHS",
        check=checksums.nhs_number,
        cue=r"\bNHS",
        required=True,
    ),
    _form(
        "nhs_number",
        r"(?<![\d/.+-])\d{3}[ -]\d{3}[ -]\d{4}(?![\d/]|[.-]\d)",
        "form of an NHS number",
        check=checksums.nhs_number,
    ),
    _form(
        "nhs_number",
        r"(?<![\d/.+])\d{10}(?![\d/]|\.\d)",
        "ten digits",
        check=checksums.nhs_number,
        cue=r"\bNHS",
        required=True,
    ),
    _form(
        "bank",
        r"(?<![\d/-])\d\d[- ]?\d\d[- ]?\d\d(?![\d/-])",
        "form of a sort code",
        cue=r"sort|bank|account|a/c|s/c|\bacc\b|\bacct",
        required=True,
    ),
    # Without a word for a bank, only what cannot be a day, a month and a year.
    _form(
        "bank",
        r"(?<![\d/-])(?!(?:0[1-9]|[12]\d|3[01])[- ](?:0[1-9]|1[0-2])[- ])\d\d-\d\d-\d\d(?![\d/-])",
        "form of a sort code",
        cue=r"sort|bank|account",
    ),
    _form(
        "bank",
        r"(?<![\d/.-])\d{4} ?\d{4}(?![\d/-])",
        "eight digits near a word for an account",
        cue=r"sort|bank|account|a/c|\bacc\b|\bacct|\d\d[- ]\d\d[- ]\d\d\W{1,3}",
        required=True,
    ),
    _form("bank", r"(?<!\w)GB\d\d ?[A-Z]{4}(?: ?\d{4}){3} ?\d\d(?!\w)", "form of an IBAN"),
    _form(
        "phone",
        r"(?<![\d/+.\w-])(?:(?:\+|00)44\s?(?:\(0\)\s?)?|\(?0)(?=[1-9])(?:(?:[\s()-]{0,2}|\.)\d){9,10}(?![\d/]|[-.]\d)",
        "form of a UK telephone number",
    ),
    _form(
        "phone",
        r"(?<![\d/+.\w-])(?:\+|00)(?!44)[1-9]\d{0,2}(?:[\s()-]?\d){7,12}(?![\d/])",
        "form of a foreign telephone number",
    ),
    _form(
        "phone",
        r"(?<![\d/.-])\d{3}[ -]?\d{4}(?![\d/]|[.-]\d)",
        "local number near a word for a telephone",
        cue=r"\b(?:tel|telephone|phone|mob|mobile|landline)\b",
        required=True,
    ),
    _form("vehicle", r"(?<![A-Za-z0-9-])[A-Z]{2}\d{2}[ -]?[A-Z]{3}(?![A-Za-z0-9])", "form of a vehicle mark"),
    _form(
        "vehicle",
        r"(?<![A-Za-z0-9-])[a-z]{2}\d{2} ?[a-z]{3}(?![A-Za-z0-9])",
        "form of a vehicle mark, lower case",
    ),
    _form(
        "vehicle",
        r"(?<![A-Za-z0-9-])(?:[A-HJ-NPR-TV-Y]\d{1,3} ?[A-Z]{3}"
        r"|[A-Z]{3} ?\d{1,3}[A-HJ-NPR-TV-Y])(?![A-Za-z0-9])",
        "form of an older vehicle mark",
    ),
    _form(
        "vehicle",
        r"(?<![A-Za-z0-9-])(?:[A-Z]?I[ABJLW]|[A-Z]{1,2}Z) ?\d{1,4}(?![A-Za-z0-9])",
        "form of a Northern Ireland vehicle mark",
    ),
    _form(
        "vehicle",
        r"(?<![A-Za-z0-9-])(?:[A-Z]{1,3} ?\d{1,4}|\d{1,4} ?[A-Z]{1,3})(?![A-Za-z0-9])",
        "short mark near a word for a vehicle",
        cue=r"\b(?:reg(?:istration)?|index|vrm|plate|plates)\b",
        required=True,
    ),
    _form(
        "postcode",
        r"(?<![A-Za-z0-9])(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}|GIR ?0AA)(?![A-Za-z0-9])",
        "form of a postcode",
    ),
    _form(
        "postcode",
        r"(?<![A-Za-z0-9])[a-z]{1,2}\d[a-z\d]? \d[abd-hjlnp-uw-z]{2}(?![A-Za-z0-9])",
        "form of a postcode, lower case",
    ),
)
