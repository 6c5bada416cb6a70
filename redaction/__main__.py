"""The command line: read, detect, apply, verify. Results are JSON on standard output; other programs rely on them.

Exit codes: 0 done (verify: nothing found), 2 bad input, 3 something withheld was still found (apply: nothing
written). With 2 and 3 the reason is on standard error in plain words, and from all commands but verify also on
standard output as {"error": ...}.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from redaction.drafts import draft_folder, end_tidily
from redaction.errors import RedactionError, TooLarge, Unreadable, VerificationFailed
from redaction.sandbox import supervised


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise RedactionError(f"The command was not understood: {message}.")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        return command(options)
    except RedactionError as error:
        return _report(error)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m redaction", description="Read and redact PDF files, and prove the result.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    read = commands.add_parser("read", help="print each page's words and boxes as a JSON line")
    read.add_argument("file", type=Path, metavar="IN.pdf")
    read.add_argument("--pages", type=_page_range, metavar="FIRST-LAST", help="only these pages, counting from 1")
    read.set_defaults(command=_read)

    detect = commands.add_parser("detect", help="print each mention of a person or identifier as a JSON line")
    detect.add_argument("--subject", action="append", default=[], metavar="NAME", help="a name of the data subject")
    detect.add_argument("--person", action="append", default=[], metavar="NAME", help="another person to look for")
    detect.add_argument("file", type=Path, metavar="IN.pdf|IN.txt")
    detect.set_defaults(command=_detect)

    apply = commands.add_parser("apply", help="write a redacted copy, if it proves to be clean")
    apply.add_argument("file", type=Path, metavar="IN.pdf")
    apply.add_argument("plan", type=Path, metavar="PLAN.json")
    apply.add_argument("target", type=Path, metavar="OUT.pdf")
    apply.set_defaults(command=_apply)

    verify = commands.add_parser("verify", help="look for strings that must not be in a file, in every place")
    verify.add_argument("file", type=Path, metavar="OUT.pdf")
    verify.add_argument("--absent", type=Path, required=True, metavar="FILE", help="the strings, one a line")
    verify.set_defaults(command=_verify)
    return parser


def _page_range(text: str) -> range:
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and 1 <= int(first) <= int(last or first)):
        raise argparse.ArgumentTypeError("pages are given as FIRST-LAST, counting from 1")
    return range(int(first) - 1, int(last or first))


def _read(options: argparse.Namespace) -> int:
    def work() -> int:
        from redaction.document import read_document

        for page in read_document(options.file, pages=options.pages):
            for note in page.notes:
                print(f"Page {page.page + 1}: {note}", file=sys.stderr)
            _print_line(page.to_json())
        return 0

    return supervised(lambda: _guarded(work))


def _detect(options: argparse.Namespace) -> int:
    def work() -> int:
        from redaction.detect import detect_document

        for mention in detect_document(options.file, options.subject, options.person):
            _print_line(mention)
        return 0

    return supervised(lambda: _guarded(work))


def _apply(options: argparse.Namespace) -> int:
    """The child works in a folder beside the target; only the parent, and only after success, moves the file."""
    target: Path = options.target
    if target.exists() and options.file.exists() and target.samefile(options.file):
        raise RedactionError("The redacted copy must have another name than the original.")
    end_tidily()
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(draft_folder(target))
        except OSError as error:
            raise RedactionError(f"The redacted copy cannot be written there: {error.strerror}.") from error
        draft, report = folder / "draft.pdf", folder / "report.json"

        def work() -> int:
            from redaction.apply import apply_plan
            from redaction.plan import Plan

            plan = Plan.from_json(_read_bytes(options.plan))
            report.write_text(json.dumps(apply_plan(options.file, plan, draft).to_data()), encoding="utf-8")
            return 0

        code = supervised(lambda: _guarded(work))
        if code == 0:
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(draft, target)
            print(report.read_text(encoding="utf-8"))
    return code


def _verify(options: argparse.Namespace) -> int:
    def work() -> int:
        from redaction.verify import verify_file

        text = _read_bytes(options.absent).decode("utf-8-sig", "strict")
        needles = [line.strip() for line in text.splitlines() if line.strip()]
        if not needles:
            # Finding nothing of nothing would look like proof.
            raise RedactionError("The list of strings that must be absent is empty.")
        leaks = verify_file(options.file, needles)
        _print_line(_leaks(leaks))
        return VerificationFailed.exit_code if leaks else 0

    return supervised(lambda: _guarded(work))


def _guarded(work: Callable[[], int]) -> int:
    """Run in the child: every expected failure becomes words and an exit code."""
    try:
        return work()
    except RedactionError as error:
        return _report(error)
    except MemoryError:
        return _report(TooLarge("The file needs more memory than we allow, so it was not read to the end."))
    except UnicodeDecodeError:
        return _report(Unreadable("A text file is not in UTF-8."))
    except BrokenPipeError:
        # Whoever read our output has seen enough. Nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return RedactionError.exit_code
    except OSError as error:
        return _report(RedactionError(f"The work could not be finished: {error.strerror or error}."))


def _report(error: RedactionError) -> int:
    answer: dict[str, Any] = {"error": str(error)}
    if isinstance(error, VerificationFailed):
        answer["leaks"] = _leaks(error.leaks)
    print(error, file=sys.stderr)
    # Standard output may be what failed; the exit code and standard error still tell.
    with contextlib.suppress(OSError):
        _print_line(answer)
    return error.exit_code


def _leaks(leaks: Iterable[Any]) -> list[dict[str, Any]]:
    return [leak._asdict() for leak in leaks]


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path.name} could not be opened: {error.strerror}.") from error


def _print_line(value: object) -> None:
    # Each line at once: whoever reads shows progress page by page.
    print(json.dumps(value, ensure_ascii=False, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    sys.exit(main())
