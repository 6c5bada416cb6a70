"""Who counts as a child, to the day."""

from datetime import date

import pytest

from sar.cases.flags import is_child


@pytest.mark.parametrize(
    ("born", "today", "child"),
    [
        (date(2008, 11, 28), date(2026, 11, 27), True),
        (date(2008, 11, 27), date(2026, 11, 27), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
    ],
)
def test_someone_is_a_child_until_their_eighteenth_birthday(born: date, today: date, child: bool) -> None:
    assert is_child(born, today) is child
