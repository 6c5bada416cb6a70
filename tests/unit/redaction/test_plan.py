from __future__ import annotations

import json

import pytest

from redaction.errors import RedactionError
from redaction.geometry import Box
from redaction.plan import Plan, Redaction

WHOLE = {
    "redactions": [{"page": 2, "boxes": [[1, 2, 3, 4]], "code": "P3-OTHERS", "text": "Ann Lee"}],
    "words": ["Ann Lee"],
}


def test_a_plan_survives_being_written_and_read() -> None:
    plan = Plan.from_json(json.dumps(WHOLE))
    assert plan == Plan((Redaction(2, (Box(1, 2, 3, 4),), "P3-OTHERS", "Ann Lee"),), ("Ann Lee",))
    assert Plan.from_json(plan.to_json()) == plan


def test_the_digest_names_the_decisions_and_not_how_they_were_spelt() -> None:
    spaced = json.dumps(WHOLE, indent=3, sort_keys=True)
    assert Plan.from_json(spaced).digest() == Plan.from_json(json.dumps(WHOLE)).digest()
    assert Plan.from_json('{"words": ["Ann"]}').digest() != Plan.from_json('{"words": ["Anne"]}').digest()


def test_an_empty_plan_is_a_plan() -> None:
    assert Plan.from_json("{}") == Plan()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"redaction": []}',
        '{"words": "Ann"}',
        '{"words": ["-- "]}',
        '{"words": [3]}',
        '{"redactions": [{"page": 0, "boxes": [[1,2,3,4]]}]}',
        '{"redactions": [{"page": true, "boxes": [[1,2,3,4]]}]}',
        '{"redactions": [{"page": 1, "boxes": []}]}',
        '{"redactions": [{"page": 1}]}',
        '{"redactions": [{"page": 1, "boxes": [[1,2,3]]}]}',
        '{"redactions": [{"page": 1, "boxes": [[3,2,1,4]]}]}',
        '{"redactions": [{"page": 1, "boxes": [[1,2,1e999,4]]}]}',
        '{"redactions": [{"page": 1, "boxes": [[1,2,3,4]], "code": "a\\nb"}]}',
        '{"redactions": [{"page": 1, "boxes": [[1,2,3,4]], "note": "x"}]}',
    ],
)
def test_a_malformed_plan_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(RedactionError) as caught:
        Plan.from_json(text)
    assert str(caught.value).endswith(".")
