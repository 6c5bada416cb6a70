"""The officer's and the second reader's pages of the review."""

from __future__ import annotations

from sar.review import check_views, health_views, page_views, people_views
from sar.review.blueprint import bp

__all__ = ["check_views", "health_views", "page_views", "people_views"]

BLUEPRINTS = (bp,)
