"""Finding people and identifiers in the pages of a case: rules and a trained model, offline.

`detect_document` reads a PDF or a text file, `detect_pages` pages already read. In a text file offsets count
characters of the file; in a PDF they count characters of the page's text as `redaction.detect.text.page_string`
builds it.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redaction.detect.engine import Detector
from redaction.detect.model import Finding, Mention, Recogniser
from redaction.detect.reading import Findings, Memory
from redaction.detect.text import PageString, page_string
from redaction.errors import Unreadable

if TYPE_CHECKING:
    from redaction.document import PageText

__all__ = [
    "Detector",
    "Finding",
    "Findings",
    "Memory",
    "Mention",
    "PageString",
    "Recogniser",
    "detect_document",
    "detect_pages",
    "detect_text",
    "page_string",
]


def detect_pages(pages: "Iterable[PageText]", subject: Sequence[str], people: Sequence[str]) -> list[Mention]:
    """Every mention on `pages`, in order. `subject` and `people` are names as an officer would write them."""
    return Detector().detect([page_string(page) for page in pages], subject, people)


def detect_text(text: str, subject: Sequence[str], people: Sequence[str]) -> list[Mention]:
    """The same for one plain text, as page 1."""
    return Detector().detect([PageString(1, text)], subject, people)


def detect_document(path: Path, subject: list[str], people: list[str]) -> Iterator[dict[str, Any]]:
    """The mentions in a PDF or .txt file as the JSON objects of the `detect` command.

    Raises RedactionError (Unreadable and its kin) when the file cannot be read.
    """
    if path.suffix.lower() == ".txt":
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Unreadable("The text file could not be read. It must be plain text in UTF-8.") from error
        mentions = detect_text(text, subject, people)
    else:
        from redaction.document import read_document  # loads the PDF engine, which plain text does not need

        mentions = detect_pages(read_document(path), subject, people)
    for mention in mentions:
        yield mention.to_json()
