"""The one blueprint of the stage; its views lie in modules by topic."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("review", __name__, url_prefix="/staff")
