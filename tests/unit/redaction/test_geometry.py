"""Boxes land where a reader shows them, whatever the page does with its coordinates."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.errors import RedactionError
from redaction.geometry import DEFAULT_MEDIA_BOX, Box, PageFrame, bounding
from redaction.opening import open_pdf

A4 = (0.0, 0.0, 595.0, 842.0)
numbers = st.floats(-2000, 2000)
frames = st.builds(
    lambda x, y, w, h, rotation, unit: PageFrame((x, y, x + w, y + h), rotation, unit),
    numbers, numbers, st.floats(10, 3000), st.floats(10, 3000), st.sampled_from([0, 90, 180, 270]),
    st.floats(0.1, 20),
)  # fmt: skip


@given(frames, numbers, numbers, st.floats(1, 500), st.floats(1, 500))
def test_a_box_taken_to_the_display_and_back_is_the_same_box(
    frame: PageFrame, x: float, y: float, width: float, height: float
) -> None:
    box = (x, y, x + width, y + height)
    assert frame.to_user(frame.to_display(box)) == pytest.approx(box, abs=1e-6)


@given(frames)
def test_the_visible_rectangle_fills_the_displayed_page(frame: PageFrame) -> None:
    assert frame.to_display(frame.crop_box) == pytest.approx((0, 0, frame.width, frame.height), abs=1e-6)


@pytest.mark.parametrize(
    ("rotation", "shown"),
    [
        (0, (0, 0, 10, 20)),
        (90, (842 - 20, 0, 842, 10)),
        (180, (595 - 10, 842 - 20, 595, 842)),
        (270, (0, 595 - 10, 20, 595)),
    ],
)
def test_the_top_left_corner_turns_clockwise_with_the_page(rotation: int, shown: tuple[float, ...]) -> None:
    assert PageFrame(A4, rotation).to_display((0, 822, 10, 842)) == shown


def test_the_crop_box_moves_the_origin_and_the_user_unit_scales_it() -> None:
    frame = PageFrame.from_page([0, 0, 600, 800], [100, 100, 300, 400], 0, 2)
    assert (frame.width, frame.height) == (400, 600)
    assert frame.to_display((100, 390, 110, 400)) == (0, 0, 20, 20)


def test_a_crop_box_beyond_the_media_box_is_cut_and_a_senseless_one_ignored() -> None:
    assert PageFrame.from_page([0, 0, 600, 800], [-50, -50, 300, 900]).crop_box == (0, 0, 300, 800)
    assert PageFrame.from_page([0, 0, 600, 800], [700, 900, 800, 950]).crop_box == (0, 0, 600, 800)


def test_corners_may_come_in_any_order_and_a_missing_media_box_is_letter_size() -> None:
    assert PageFrame.from_page([600, 800, 0, 0]).crop_box == (0, 0, 600, 800)
    assert PageFrame.from_page(None).crop_box == DEFAULT_MEDIA_BOX
    assert PageFrame.from_page([5, 5, 5, 5]).crop_box == DEFAULT_MEDIA_BOX


@pytest.mark.parametrize(("given_rotation", "used"), [(-90, 270), (450, 90), (45, 0), (720, 0)])
def test_odd_rotations_are_taken_as_readers_take_them(given_rotation: int, used: int) -> None:
    assert PageFrame.from_page(A4, None, given_rotation).rotation == used


def test_a_user_unit_that_is_not_positive_counts_as_one() -> None:
    assert PageFrame.from_page(A4, None, 0, -3).user_unit == 1


def test_boxes_that_only_touch_do_not_overlap() -> None:
    box = Box(0, 0, 10, 10)
    assert not box.overlaps((10, 0, 20, 10))
    assert box.grown(1).overlaps((10, 0, 20, 10))
    assert box.intersection((20, 20, 30, 30)).area == 0
    assert bounding([box, (5, 5, 20, 8)]) == (0, 0, 20, 10)


def test_what_is_visible_is_the_same_without_loading_the_page() -> None:
    compared = 0
    for path in sorted((Path(__file__).parents[2] / "fixtures" / "traps").glob("*.pdf")):
        try:
            with open_pdf(path) as opened:
                for index in range(opened.page_count):
                    page = opened.page(index)
                    loaded = opened.frame(index, page).crop_box
                    page.close()
                    quick = opened.plain_crop_box(index)
                    assert quick is None or quick == pytest.approx(loaded, abs=1e-3), path.name
                    compared += quick is not None
        except RedactionError:
            continue
    assert compared > 40


@pytest.mark.parametrize("boxes", [[0, 0, 300, -200], [100, 100, 100, 100], [0, 0, 300], [0, 0, 300, 900]])
def test_boxes_in_any_doubt_are_not_judged_without_loading_the_page(boxes: list[int], tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 200))
        pdf.pages[0].obj["/CropBox"] = pikepdf.Array(boxes)
        pdf.save(tmp_path / "odd.pdf")
    with open_pdf(tmp_path / "odd.pdf") as opened:
        assert opened.plain_crop_box(0) is None
