"""Which recognisers read a page: the rules, and the trained model unless a setting keeps it out."""

import os

from redaction.detect.context import ContextRecogniser
from redaction.detect.identifiers import IdentifierRecogniser
from redaction.detect.layout import LayoutRecogniser
from redaction.detect.model import Recogniser
from redaction.detect.names import NameRecogniser
from redaction.errors import RedactionError

MODELS_SETTING = "REDACTION_MODELS"


def standard_recognisers(models: bool | None = None) -> tuple[Recogniser, ...]:
    """The rules, which need nothing but the lists in data/, and the trained model.

    `models` says whether the model joins; None leaves it to the environment, where REDACTION_MODELS=off keeps it out.
    """
    rules = NameRecogniser(), LayoutRecogniser(), IdentifierRecogniser(), ContextRecogniser()
    if not (models_wanted() if models is None else models):
        return rules
    from redaction.detect.trained import ModelRecogniser  # without models nothing of their libraries is loaded

    return *rules, ModelRecogniser()


def models_wanted() -> bool:
    """What the environment says. Raises RedactionError for a value that is neither on nor off."""
    value = os.environ.get(MODELS_SETTING, "on").strip().lower()
    if value not in ("on", "off"):
        raise RedactionError(f"{MODELS_SETTING} must be on or off.")
    return value == "on"
