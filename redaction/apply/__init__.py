"""A new PDF without what a plan withholds, or a refusal with a reason: never a half-safe file."""

from __future__ import annotations

from redaction.apply.job import apply_plan
from redaction.apply.report import Report

__all__ = ["Report", "apply_plan"]
