"""Pages written again by one process, made fit to be sent to another that has the same document open.

Objects that both have go by their numbers. New ones are sent along once: forms written again as what they are copies
of, so that forms written alike in two processes become one; anything else by value.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

from redaction.apply.deferral import Number
from redaction.apply.outcome import Outcome
from redaction.apply.pages import DocumentEdits, PageEdit, pack

_SHARED, _NEW, _DICTIONARY, _ARRAY, _VALUE = range(5)
# Content waits for its last codes packed in a hurry: marked strings are long, and much alike.
_HURRY = 1

Packed = tuple[int, Any]  # one of the kinds above, and what there is to tell of such an object


@dataclass(frozen=True)
class NewStream:
    """A stream that the other process does not have: a copy of the form `source`, be it with another `box`, or one with
    `entries` of its own."""

    number: int
    data: bytes
    entries: Packed
    source: Number | None = None
    box: list[float] | None = None


@dataclass(frozen=True)
class Parcel:
    """One page: what came of it, its new content and resources, and the new streams these name first."""

    outcome: Outcome
    content: bytes | None = None
    resources: Packed | None = None
    prints_codes: bool = False
    streams: list[NewStream] = field(default_factory=list)

    def filled(self, fill: Callable[[bytes], bytes]) -> Parcel:
        """The parcel with its content, and that of its forms, as `fill` finishes it."""
        content = None if self.content is None else pack(fill(zlib.decompress(self.content)))
        streams = [
            replace(stream, data=fill(stream.data)) if stream.source is not None else stream for stream in self.streams
        ]
        return replace(self, content=content, streams=streams)


class Packer:
    """Makes parcels. To be made before any page is written again: objects made from then on are new."""

    def __init__(self, edits: DocumentEdits) -> None:
        self._edits = edits
        self._first_new = edits.pdf.make_indirect(pikepdf.Dictionary()).objgen[0]
        self._sent: set[int] = set()
        self._streams: list[NewStream] = []

    def parcel(self, outcome: Outcome, edit: PageEdit | None) -> Parcel:
        if edit is None:
            return Parcel(outcome)
        # Numbers are to be written as they are, ".5" not as "0.5".
        with pikepdf.explicit_conversion():
            resources = self._packed(edit.resources)
        streams, self._streams = self._streams, []
        content = None if edit.content is None else zlib.compress(edit.content, _HURRY)
        return Parcel(outcome, content, resources, edit.prints_codes, streams)

    def _packed(self, obj: pikepdf.Object | None) -> Packed:
        if obj is None:
            return _VALUE, b"null"
        if obj.is_indirect:
            if obj.objgen[0] < self._first_new:
                return _SHARED, obj.objgen
            self._send(obj)
            return _NEW, obj.objgen[0]
        return self._direct(obj)

    def _direct(self, obj: pikepdf.Object) -> Packed:
        if isinstance(obj, pikepdf.Dictionary | pikepdf.Stream):
            return _DICTIONARY, {key: self._packed(value) for key, value in obj.items()}
        if isinstance(obj, pikepdf.Array):
            return _ARRAY, [self._packed(item) for item in obj]
        return _VALUE, obj.unparse()

    def _send(self, obj: pikepdf.Object) -> None:
        number = obj.objgen[0]
        if number in self._sent:
            return
        self._sent.add(number)
        source = self._edits.sources.get(obj.objgen)
        if source is not None:
            resources = self._packed(obj["/Resources"])
            box = self._edits.boxes.get(obj.objgen)
            self._streams.append(NewStream(number, obj.read_bytes(), resources, source.objgen, box))
        else:
            entries = self._direct(obj)
            self._streams.append(NewStream(number, obj.read_raw_bytes(), entries))


class Unpacker:
    """Writes the pages in parcels of one process into the document."""

    def __init__(self, edits: DocumentEdits) -> None:
        self._edits = edits
        self._new: dict[int, pikepdf.Object] = {}

    def write(self, parcel: Parcel) -> None:
        if parcel.resources is None:
            return
        for stream in parcel.streams:
            self._new[stream.number] = self._made(stream)
        resources = self._unpacked(parcel.resources)
        page = self._edits.pdf.pages[parcel.outcome.index].obj
        self._edits.write(page, parcel.content, resources, parcel.prints_codes)

    def _made(self, stream: NewStream) -> pikepdf.Object:
        pdf = self._edits.pdf
        entries = self._unpacked(stream.entries)
        if stream.source is not None:
            return self._edits.form_copy(pdf.get_object(stream.source), stream.data, entries, stream.box)
        out = pdf.make_stream(stream.data)
        for key, value in entries.items():
            if key != "/Length":
                out[key] = value
        return out

    def _unpacked(self, packed: Packed) -> Any:
        kind, value = packed
        if kind == _SHARED:
            return self._edits.pdf.get_object(value)
        if kind == _NEW:
            return self._new[value]
        if kind == _DICTIONARY:
            return pikepdf.Dictionary({key: self._unpacked(item) for key, item in value.items()})
        if kind == _ARRAY:
            return pikepdf.Array([self._unpacked(item) for item in value])
        with pikepdf.explicit_conversion():
            return pikepdf.Object.parse(value)
