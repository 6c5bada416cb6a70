"""Editing the pages of one document in several processes, to the same bytes as in one.

Each process edits a range of pages with the document as it was before any was edited. What the ranges share are the
codes of fonts, the forms and the code font: the codes follow the kept text of all pages in order, so the later
processes write theirs in the end (`deferral`), and the first one makes the objects in the order of the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from redaction.apply.deferral import Marks, Number, Order
from redaction.apply.outcome import Outcome
from redaction.apply.pages import pack
from redaction.apply.pagework import PageWork
from redaction.apply.parcels import Packer, Parcel, Unpacker
from redaction.apply.programs import NotReadable
from redaction.sharing import Line, Lost, Partner, partners


def edit_pages(work: PageWork, shares: Sequence[range], take: Callable[[Outcome], None]) -> int:
    """Edits all pages, tells what came of each in order, and returns how many processes have done it."""
    with partners([partial(_serve, work, pages) for pages in shares[1:]]) as others:
        _edit_here(work, shares[0], take)
        if others:
            try:
                _gather(work, others, take)
                return len(shares)
            except Lost:
                pass
    _edit_here(work, range(shares[0].stop, shares[-1].stop), take)
    return 1


def _edit_here(work: PageWork, pages: range, take: Callable[[Outcome], None]) -> None:
    for outcome, edit in work.edited(pages):
        take(outcome)
        if edit is not None:
            page = work.pdf.pages[outcome.index].obj
            work.edits.write(page, pack(edit.content), edit.resources, edit.prints_codes)


def _serve(work: PageWork, pages: range, line: Line) -> None:
    """A forked process: edits its pages, hears what letters the pages before have used, sends everything."""
    marks, recoders = Marks(), work.edits.recoders
    recoders.defer(marks)
    packer = Packer(work.edits)
    parcels = [packer.parcel(outcome, edit) for outcome, edit in work.edited(pages)]
    line.send(recoders.order())
    recoders.settle(line.recv(), work.fonts)
    spelling = {recoder.number: recoder for recoder in recoders.all()}

    def spell(font: Number, token: bytes) -> bytes:
        return spelling[font].token(token)

    line.send([parcel.filled(partial(marks.filled, spell=spell)) for parcel in parcels])
    line.send((work.edits.used, work.traces.notes, work.eye.remembered))


def _gather(work: PageWork, others: Sequence[Partner], take: Callable[[Outcome], None]) -> None:
    """Hears all of the others before anything is changed, so that Lost leaves the document as it was."""
    recoders = work.edits.recoders
    before, orders = recoders.order(), []
    for other in others:
        order: Order = other.hear()
        other.tell(before)
        orders.append(order)
        before = _joined(before, order)
    ranges: list[list[Parcel]] = []
    notes = []
    for other in others:
        ranges.append(other.hear())
        notes.append(other.hear())
    back = recoders.mark()
    try:
        for order in orders:
            recoders.follow(order, work.fonts)
    except NotReadable as error:
        back()
        raise Lost from error
    for parcels, (used, traces, read) in zip(ranges, notes, strict=True):
        unpacker = Unpacker(work.edits)
        for parcel in parcels:
            take(parcel.outcome)
            unpacker.write(parcel)
        for number, names in used.items():
            work.edits.used.setdefault(number, set()).update(names)
        work.traces.merge(traces)
        work.eye.remember(read)


def _joined(before: Order, order: Order) -> Order:
    """The codes of each font in the order in which both have met them."""
    return {
        number: list(dict.fromkeys(before.get(number, []) + order.get(number, [])))
        for number in dict.fromkeys((*before, *order))
    }
