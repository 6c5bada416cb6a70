"""The trained tagger adds names that no rule knows, says so, and doubts what goes by lists alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from redaction.detect import Detector, Mention, PageString, tagger
from redaction.detect.standard import MODELS_SETTING
from redaction.detect.tagger import ModelUnusable, checked, loaded
from redaction.detect.trained import ModelRecogniser
from redaction.errors import RedactionError

HURRIED = "was late\nbus broke down. said sorry. then left\nback at noon. all ok\nsigned in\n"


def people(text: str, models: bool = True) -> list[Mention]:
    found = Detector(models=models).detect([PageString(1, text)], [], [])
    return [mention for mention in found if mention.kind == "person"]


def by_model_alone(text: str) -> list[str]:
    found = ModelRecogniser().find(PageString(1, text))
    return [text[f.start : f.end] for f in found if f.kind == "person"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The house was full. Jade with the baby in the lounge, all calm.", "Jade"),
    ],
)
def test_a_name_that_no_rule_finds_is_found_with_the_models_chance_as_evidence(text: str, name: str) -> None:
    assert name not in [m.text for m in people(text, models=False)]
    (mention,) = [m for m in people(text) if m.text == name]
    assert any(why.startswith("model .") for why in mention.evidence)
    assert mention.score < 0.7 or "known name" in mention.evidence


@pytest.mark.parametrize(
    "text",
    [
        "An application under Clare's Law came in.",
        "He was moved to HMP Garrow Moor last week.",
        "She was seen at St Chad's Primary School.",
        "They met in Ormerod Street near Brocklehurst Avenue.",
        "He worked for Ormerod & Sons and then for Brocklehurst Ltd.",
        "Referred to CMHT, IDVA and MARAC by the PDU.",
        HURRIED + "big lad, ginger, works the door. he visibly relaxed",
        "He was conscripted (silah altına alınma) and asked for rectification (karar düzeltme).",
    ],
)
def test_streets_firms_prisons_laws_acronyms_and_plain_words_are_not_names_on_the_models_word(text: str) -> None:
    assert by_model_alone(text) == []


def test_a_rule_that_knows_from_what_stands_around_outweighs_the_model() -> None:
    (mention,) = people("Mr Xavi Tumbleweed came.")
    assert (mention.text, mention.score) == ("Xavi Tumbleweed", 0.95)
    assert mention.evidence[0] == "title mr + name"


def test_with_models_nothing_is_lost_that_the_rules_find() -> None:
    text = "Seen: Kerry-Ann Whyte, Ms Nowicka (PN) and Abdi. PN rang Mrs Baker on Moon Street. cal was there."
    letters = [{i for m in people(text, models) for i in range(m.start, m.end)} for models in (False, True)]
    assert letters[0] <= letters[1]


def test_a_long_text_is_read_to_its_end_and_over_the_edges_of_the_windows() -> None:
    filler = "the officer noted that a full account was given and no further action would be taken until then. "
    for words in range(100, 124, 4):
        text = " ".join((filler * 20).split()[:words]) + " Then Jebediah Quorn left. " + filler * 3
        assert by_model_alone(text) == ["Jebediah Quorn"]


def test_the_setting_keeps_the_model_out_and_a_wrong_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODELS_SETTING, "off")
    assert not any(isinstance(each, ModelRecogniser) for each in Detector().recognisers)
    assert any(isinstance(each, ModelRecogniser) for each in Detector(models=True).recognisers)
    monkeypatch.setenv(MODELS_SETTING, "of")
    with pytest.raises(RedactionError, match=MODELS_SETTING):
        Detector()


def test_without_models_their_libraries_are_not_loaded() -> None:
    program = (
        "import sys; from redaction.detect import detect_text; detect_text('Mr Baker came.', [], []);"
        "sys.exit(bool({'onnxruntime', 'tokenizers', 'numpy'} & set(sys.modules)))"
    )
    environment = {**os.environ, MODELS_SETTING: "off"}
    root = Path(__file__).parents[4]
    subprocess.run([sys.executable, "-c", program], check=True, env=environment, cwd=root, timeout=60)


def test_the_model_is_loaded_once() -> None:
    assert loaded() is loaded()
    assert [word.chance > 0.9 for word in loaded().words("Jebediah Quorn left.", small=False)] == [True, True, False]


@pytest.mark.parametrize("file", ["tagger.onnx", "tokenizer.json"])
def test_a_model_file_that_was_changed_is_refused(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setitem(tagger.DIGESTS, file, "0" * 64)
    with pytest.raises(ModelUnusable, match="not the one that was examined"):
        checked(file)
