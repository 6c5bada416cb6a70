"""An officer relies on every number that identifies somebody being found, and on dates being left alone."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.detect import Mention, checksums, detect_text
from redaction.detect.model import IDENTIFIER_KINDS


def identifiers(text: str) -> list[Mention]:
    return [mention for mention in detect_text(text, [], []) if mention.kind in IDENTIFIER_KINDS]


def found(text: str) -> list[tuple[str, str]]:
    return [(mention.kind, mention.text) for mention in identifiers(text)]


@pytest.mark.parametrize(
    ("kind", "text", "before"),
    [
        ("phone", "07700 900142", "mobile "),
        ("phone", "07700900142", "rang "),
        ("phone", "(0115) 496 0170", "Tel: "),
        ("phone", "+44 7700 900455", "Number: "),
        ("phone", "+44 (0)1632 960 415", "T "),
        ("phone", "+48 22 123 45 67", "abroad on "),
        ("phone", "020 7946 0018", "office "),
        ("email", "a.b-c@example.com", "write to "),
        ("handle", "@moony_rhm", "the account "),
        ("ip", "203.0.113.47", "from "),
        ("nino", "JR 41 82 07 B", "NI no. "),
        ("nino", "JR418207B", "NI no. "),
        ("nhs_number", "999 041 7385", "NHS number "),
        ("nhs_number", "9992260157", "NHS "),
        ("pnc_id", "2008/0417362A", "PNC "),
        ("pnc_id", "08/417362A", "PNC "),
        ("cro", "118204/08J", "CRO "),
        ("prison_number", "A4821FK", "Prison no. "),
        ("crn", "X417206", "CRN: "),
        ("vehicle", "JX18 HVD", "a van, "),
        ("vehicle", "tx66 lbe", "grey golf "),
        ("vehicle", "P123 ABC", "an old Rover, "),
        ("vehicle", "ABC 123D", "an old Mini, "),
        ("vehicle", "DIG 1234", "a Belfast plate, "),
        ("driving_licence", "HARTL906171RD9KQ", "licence "),
        ("bank", "99-06-14", "sort code "),
        ("bank", "70331582", "account "),
        ("postcode", "HX9 4RD", "lives in "),
        ("postcode", "bl66 7pe", "staying at "),
        ("address", "14 Garnet Terrace, Calderbrook", "living at "),
        ("address", "Flat 3, 27 Weavers Row, Thornley", "now at "),
        ("address", "31 st patricks rd", "at "),
        ("date_of_birth", "17/06/1991", "DOB: "),
        ("date_of_birth", "17 June 1991", "Date of birth: "),
        ("date_of_birth", "17.6.91", "d.o.b. "),
        ("date_of_birth", "30/01/1993", "b. "),
        ("date_of_birth", "04/01/1967", "Born ............ "),
    ],
)
def test_each_kind_of_identifier_is_found_in_each_form_it_is_written_in(kind: str, text: str, before: str) -> None:
    assert (kind, text) in found(f"Note {before}{text}, seen.")


@pytest.mark.parametrize(
    "text",
    [
        "Reviewed on 12/03/2024 at 10:40.",
        "Section 244 of the Criminal Justice Act 2003 applies.",
        "The fine was £180 and costs of 1,400 were awarded.",
        "Log 0611 of 29 May. Page 3 of 12.",
        "He served 42 months from 12 March 2024.",
        "Version 1.2.3 of the form; ref CMHT/W/2207.",
        "Seen 3 times in 2 weeks; risk score 14.",
    ],
)
def test_dates_sums_and_references_are_no_identifiers(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [("NHS number 999 041 7386", "nhs_number"), ("PNC 2008/0417362B", "pnc_id"), ("CRO 118204/08K", "cro")],
)
def test_a_mistyped_number_is_still_found_with_less_confidence_and_the_reason(text: str, kind: str) -> None:
    (mention,) = identifiers(text)
    assert mention.kind == kind
    assert mention.score < 0.8
    assert "check failed" in mention.evidence


def test_ten_digits_that_fail_the_check_with_no_word_for_the_nhs_nearby_are_left_alone() -> None:
    assert found("Order 1234567890 was delivered.") == []


@given(st.integers(0, 99), st.integers(1, 9_999_999))
def test_exactly_one_letter_fits_a_pnc_id(year: int, serial: int) -> None:
    fitting = [letter for letter in string.ascii_uppercase if checksums.pnc_id(f"20{year:02}/{serial:07}{letter}")]
    assert len(fitting) == 1
    assert checksums.pnc_id(f"{year:02}/{serial}{fitting[0]}"), "zeros may be left out"


@given(st.text("0123456789", min_size=9, max_size=9))
def test_at_most_one_last_digit_completes_an_nhs_number(first_nine: str) -> None:
    assert sum(checksums.nhs_number(first_nine + digit) for digit in string.digits) <= 1


@pytest.mark.parametrize("text", ["118204/08J", "SF08/118204J"])
def test_a_cro_number_of_either_form_is_checked(text: str) -> None:
    assert checksums.cro("118204/08J")
    assert sum(checksums.cro(text[:-1] + letter) for letter in string.ascii_uppercase) == 1


def test_a_name_inside_an_email_address_belongs_to_the_address_and_the_address_to_its_owner() -> None:
    mentions = detect_text("Write to Mr Kam Uddin, kam.uddin@probation.example today.", [], [])
    assert [(m.kind, m.person) for m in mentions] == [("person", "Kam Uddin"), ("email", "Kam Uddin")]


def test_a_telephone_number_broken_over_a_line_is_found_whole() -> None:
    assert ("phone", "07700\n900142") in found("His number is now 07700\n900142 he says.")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NOMIS a1234bc", "prison_number"),
        ("crn x123456", "crn"),
        ("nhs no 999 0000 018", "nhs_number"),
        ("licence no. MORGA 657054 SM9 IJ", "driving_licence"),
        ("a van, JX18-HVD", "vehicle"),
        ("0044 7700 900142", "phone"),
        ("07700.900.142", "phone"),
        ("tel 496 0733", "phone"),
        ("John_Smith99 @ example.com", "email"),
        ("john [at] example.com", "email"),
        ("dob 17061991", "date_of_birth"),
        ("D/O/B 17/06/1991", "date_of_birth"),
        ("date of birth was given as 17/06/1991", "date_of_birth"),
        ("acct number 1234 5678", "bank"),
        ("S/C 123456", "bank"),
    ],
)
def test_an_identifier_in_a_hurried_or_spaced_out_form_is_found(text: str, kind: str) -> None:
    found = [m.kind for m in detect_text(f"The officer noted {text} and left.", [], [])]
    assert kind in found


def test_both_dates_are_found_where_two_are_given_for_a_birth() -> None:
    text = "The papers show two dates of birth (04 May 1979 and 05 April 1979)."
    dates = [m.text for m in detect_text(text, [], []) if m.kind == "date_of_birth"]
    assert dates == ["04 May 1979", "05 April 1979"]


@pytest.mark.parametrize("gap", [" ", "\t", "  ", " | "])
def test_dates_of_birth_in_a_table_are_found_by_its_heading(gap: str) -> None:
    rows = (
        ("Name", "DOB", "Phone"),
        ("Kay Lund", "12/05/1971", "07700 900123"),
        ("Mo Hart", "3/4/2016", "07700 900124"),
    )
    text = "\n".join(gap.join(row) for row in rows) + "\n\nSeen on 01/02/2021 by us.\n"
    dates = [m.text for m in detect_text(text, [], []) if m.kind == "date_of_birth"]
    assert dates == ["12/05/1971", "3/4/2016"]


@pytest.mark.parametrize(
    "text",
    [
        "Log 1234 of 12-03-24 was read.",
        "Form F254, version v1.2.3.4 of it.",
        "URN 24/118830, case 0611/24.",
        "Report DIS1.",
    ],
)
def test_dates_versions_and_references_are_nobodys_identifiers(text: str) -> None:
    assert [m.kind for m in detect_text(text, [], []) if m.kind not in ("person", "context")] == []
