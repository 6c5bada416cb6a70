"""Affine matrices as six numbers [a b c d e f], row vectors: ISO 32000-2, 8.3.3."""

from __future__ import annotations

import math

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Rect = tuple[float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiply(m: Matrix, n: Matrix) -> Matrix:
    """First `m`, then `n`."""
    a, b, c, d, e, f = m
    p, q, r, s, t, u = n
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def apply(m: Matrix, x: float, y: float) -> Point:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def invert(m: Matrix) -> Matrix | None:
    """The inverse; None where `m` flattens the plane (nothing drawn through it is visible)."""
    a, b, c, d, e, f = m
    determinant = a * d - b * c
    if abs(determinant) < 1e-14 or not math.isfinite(determinant):
        return None
    return (
        d / determinant,
        -b / determinant,
        -c / determinant,
        a / determinant,
        (c * f - d * e) / determinant,
        (b * e - a * f) / determinant,
    )


def bounds(m: Matrix, rect: Rect) -> Rect:
    """The upright rectangle around `rect` seen through `m`."""
    corners = [apply(m, x, y) for x in (rect[0], rect[2]) for y in (rect[1], rect[3])]
    xs, ys = [p[0] for p in corners], [p[1] for p in corners]
    return min(xs), min(ys), max(xs), max(ys)


def overlap(one: Rect, two: Rect) -> Rect | None:
    """The shared rectangle, or None."""
    x0, y0, x1, y1 = max(one[0], two[0]), max(one[1], two[1]), min(one[2], two[2]), min(one[3], two[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def inside(point: Point, rect: Rect) -> bool:
    return rect[0] <= point[0] <= rect[2] and rect[1] <= point[1] <= rect[3]


def is_within(rect: Rect, outer: Rect, margin: float) -> bool:
    """Whether `rect` reaches out of `outer` by no more than `margin`."""
    return (
        rect[0] >= outer[0] - margin
        and rect[1] >= outer[1] - margin
        and rect[2] <= outer[2] + margin
        and rect[3] <= outer[3] + margin
    )
