"""Check characters of British identifiers. Each function takes the text as found and says whether it adds up."""

import re

POLICE_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def nhs_number(text: str) -> bool:
    """NHS number: ten digits, the last a modulus-11 check over the first nine."""
    digits = _digits(text)
    if len(digits) != 10:
        return False
    check = -sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return check == int(digits[9])


def pnc_id(text: str) -> bool:
    """PNC ID, `YYYY/NNNNNNNL` or `YY/NL`: the letter is year and serial modulo 23."""
    match = re.fullmatch(r"(?:\d\d)?(\d\d)[/ ]?(\d{1,7})([A-Z])", text.upper())
    return bool(match) and POLICE_LETTERS[int(match[1] + match[2].zfill(7)) % 23] == match[3] if match else False


def cro(text: str) -> bool:
    """CRO number, `N/YYL` with the serial padded to six digits, or `SFYY/NL` with the serial as written."""
    text = text.upper().replace(" ", "")
    if match := re.fullmatch(r"(\d{1,6})/(\d\d)([A-Z])", text):
        return POLICE_LETTERS[int(match[2] + match[1].zfill(6)) % 23] == match[3]
    if match := re.fullmatch(r"SF(\d\d)/(\d{1,6})([A-Z])", text):
        return POLICE_LETTERS[int(match[1] + match[2]) % 23] == match[3]
    return False


def nino(text: str) -> bool:
    """National Insurance number: the letters HMRC uses; there is no check digit."""
    text = text.upper().replace(" ", "")
    return bool(re.fullmatch(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]", text))


def driving_licence(text: str) -> bool:
    """British driver number: surname padded with 9, then the birth date (month plus 50 for women)."""
    match = re.fullmatch(r"[A-Z]{1,5}9{0,4}(\d)(\d\d)(\d\d)(\d)[A-Z9]{2}[A-Z0-9]{3}", text.upper().replace(" ", ""))
    if match is None:
        return False
    month, day = int(match[2]), int(match[3])
    return 1 <= (month - 50 if month > 50 else month) <= 12 and 1 <= day <= 31


def ip_address(text: str) -> bool:
    """IPv4: four numbers of at most 255."""
    return all(int(part) <= 255 for part in text.split("."))
