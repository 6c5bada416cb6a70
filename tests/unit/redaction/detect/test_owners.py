"""An identifier is given to somebody only where the page says so plainly; the subject's own are kept apart."""

import time

import pytest

from redaction.detect import Detector, Mention, PageString
from redaction.detect.owners import attribute

SUBJECT = "Reece Daniel Hartley-Moon"


def identifiers(*texts: str) -> list[Mention]:
    pages = [PageString(number, text) for number, text in enumerate(texts, 1)]
    found = Detector(models=False).detect(pages, [SUBJECT], [])
    return [mention for mention in found if mention.kind not in ("person", "context")]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("1. TATTERSALL, Reece  b. 30/01/1993  PNC 2010/0208145W", "Reece Tattersall"),
        ("His caseworker is Dawit Tesfay, mobile if needed 07700 900611.", "Dawit Tesfay"),
        ("Paulina Nowicka (DOB 02/03/1985) was seen.", "Paulina Nowicka"),
    ],
)
def test_a_number_beside_a_name_is_theirs(text: str, owner: str) -> None:
    found = identifiers(text)
    assert found
    assert {(m.person, m.subject, m.evidence[-1]) for m in found} == {(owner, False, "beside the name")}


@pytest.mark.parametrize(
    "text",
    [
        "Case: HARTLEY-MOON, Reece Daniel   CRN: X417206   DOB: 17/06/1991",
        "Re: Reece Hartley-Moon, dob 17 June 1991",
        "Full name:  Reece Hartley-Moon\nDate of birth: 17/06/1991\nPrison number: A4821FK",
    ],
)
def test_the_subjects_own_numbers_are_kept_apart_where_their_name_heads_the_line_or_form(text: str) -> None:
    found = identifiers(text)
    assert found and all(mention.subject and mention.person == SUBJECT for mention in found)


@pytest.mark.parametrize(
    "text",
    [
        "Anna Bell (partner of Reece Hartley-Moon, DOB 04/05/1990) rang.",
        "Victim of: Reece Hartley-Moon, 07700 900318",
        "Reece Hartley-Moon rang from his mum's, 07700 900318.",
        "Reece Hartley-Moon's partner 07700 900318",
        "Full name: Reece Hartley-Moon\nPartner: Anna Bell\nPhone: 07700 900318",
        "Full name: Reece Hartley-Moon\nNext of kin phone: 07700 900318",
        "Full name: Reece Hartley-Moon\n\nPhone: 07700 900318",
        "I rang Reece Hartley-Moon 07700 900318",
        "Re: Mr Moon, dob 17 June 1991",
    ],
)
def test_a_number_that_may_be_somebody_elses_is_never_taken_for_the_subjects(text: str) -> None:
    assert [m for m in identifiers(text) if m.subject] == []


def test_a_value_placed_once_is_known_elsewhere_however_it_is_written_and_in_any_order() -> None:
    texts = ["Re: Reece Hartley-Moon, DOB 17/06/1991", "Seen again. D.O.B. 17 June 1991. Left at noon."]
    for order in (texts, texts[::-1]):
        assert all(mention.subject for mention in identifiers(*order))
    (_, elsewhere) = identifiers(*texts)
    assert elsewhere.evidence[-1] == "same value beside the name elsewhere"


def test_two_birth_dates_beside_one_name_are_left_for_a_person_to_decide() -> None:
    found = identifiers("Re: Reece Hartley-Moon, DOB 17/06/1991", "Re: Reece Hartley-Moon, DOB 01/02/1980")
    assert [(m.person, m.subject) for m in found] == [(None, False), (None, False)]


def test_one_number_beside_two_names_is_left_for_a_person_to_decide() -> None:
    found = identifiers("Paulina Nowicka, mobile 07700 900318", "Dawit Tesfay, mobile 07700 900318")
    assert [m.person for m in found] == [None, None]


def test_a_line_of_many_names_and_numbers_costs_time_in_line_with_its_length() -> None:
    def seconds(count: int) -> float:
        pages = [PageString(1, "Ann Bell 07700 900142, 07700 900143 " * count)]
        mentions = Detector(models=False).detect(pages, [], [])

        def once() -> float:
            started = time.process_time()
            attribute(pages, mentions)
            return time.process_time() - started

        return min(once() for _ in range(3))

    # Eight times the names: eight times the work in line, 64 times where each looks at all others.
    assert seconds(800) < 24 * max(seconds(100), 0.01)


def test_an_address_shared_with_the_subject_is_not_theirs_wherever_it_stands() -> None:
    found = identifiers("Re: Reece Hartley-Moon, 14 Garnet Terrace", "Mrs Baker lives at 14 Garnet Terrace.")
    assert [m.subject for m in found if m.page == 2] == [False]
