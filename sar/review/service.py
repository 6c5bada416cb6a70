"""The commands of the review, by topic: `people`, `marks`, `sign_off`."""

from __future__ import annotations

from sar.review.marks import (
    cover_words,
    decide_mention,
    draw_box,
    release_page,
    release_record,
    remove_box,
    weigh_view,
    withhold_page,
    withhold_record,
)
from sar.review.people import (
    add_person,
    assign_mentions,
    change_person,
    decide_people,
    decide_person,
    keep_mentions,
    merge_people,
)
from sar.review.sign_off import reopen_review, request_second_check, return_for_changes, sign_off, start_review

__all__ = [
    "add_person",
    "assign_mentions",
    "change_person",
    "cover_words",
    "decide_mention",
    "decide_people",
    "decide_person",
    "draw_box",
    "keep_mentions",
    "merge_people",
    "release_page",
    "release_record",
    "remove_box",
    "reopen_review",
    "request_second_check",
    "return_for_changes",
    "sign_off",
    "start_review",
    "weigh_view",
    "withhold_page",
    "withhold_record",
]
