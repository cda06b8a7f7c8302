"""Every text of the window has a finished Chinese translation with the same placeholders, and every text is a text."""

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QTableView,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lamo_desktop.recommend.safety import Flag
from lamo_desktop.report import validation_group_tables, validation_tables
from lamo_desktop.report.table import Table
from lamo_desktop.ui import language
from lamo_desktop.ui.app import open_window
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.kit.room_sentences import SENTENCES
from lamo_desktop.ui.kit.room_words import WORDS
from lamo_desktop.ui.kit.words import flag_words, said, without_key
from lamo_desktop.validate.bootstrap import Estimate
from lamo_desktop.validate.subgroups import Subgroup
from lamo_desktop.validate.validation import validate
from lamo_desktop.validate.verdict import findings
from tests.ui.samples import write_job
from tests.validate.synthetic import hospital

LONG = 120_000
TS = language.FOLDER / "lamo_zh_CN.ts"
PLACEHOLDER = re.compile(r"\{\w*\}")
OURS = Path(language.__file__).parent


def messages(ts: Path) -> list[tuple[str, str, str | None]]:
    """Context, source and finished translation (None where there is none)."""
    found = []
    for context in ET.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            done = translation is not None and translation.get("type") is None and translation.text
            found.append((context.findtext("name", ""), message.findtext("source", ""), done or None))
    return found


def test_every_text_has_a_finished_translation(tmp_path: Path) -> None:
    tool = shutil.which("pyside6-lupdate", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("this PySide6 has no lupdate")
    shutil.copy(TS, tmp_path / "now.ts")
    sources = [str(path) for path in sorted(OURS.rglob("*.py"))]
    command = [tool, "-no-obsolete", "-locations", "none", *sources, "-ts", str(tmp_path / "now.ts")]
    subprocess.run(command, check=True, capture_output=True)
    found = messages(tmp_path / "now.ts")
    assert len(found) > 500
    assert [source for _, source, done in found if done is None] == []
    assert sorted(found) == sorted(messages(TS)), "run `make translations`"


def test_placeholders_mnemonics_and_file_patterns_are_the_same() -> None:
    for context, source, done in messages(TS):
        assert done is not None
        assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(done)), (context, source)
        assert re.findall(r"\(\*\.[^)]*\)", source) == re.findall(r"\(\*\.[^)]*\)", done), (context, source)
        letters = [re.findall(r"&(\w)", text) for text in (source, done)]
        assert [x.lower() for x in letters[0]] == [x.lower() for x in letters[1]], (context, source)
        assert source.startswith(" ") == done.startswith(" ") or source.strip() == "and", (context, source)


def test_the_compiled_file_is_the_source_files(qapp: QApplication) -> None:
    translator = QTranslator()
    assert translator.load(str(TS.with_suffix(".qm")))
    for context, source, done in messages(TS):
        assert translator.translate(context, source) == done, (context, source)


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[QTranslator]:
    translator = QTranslator()
    assert translator.load(str(TS.with_suffix(".qm")))
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


def test_what_other_rooms_say_is_translated_too(chinese: QTranslator) -> None:
    """Findings and tables of a real validation: every word that is the program's own and not the site's."""
    validation = validate(hospital())
    told = [text for finding in validation.findings for text in (finding.question, finding.text)]
    for low, high, n in ((0.5, 0.6, 5), (1.2, 1.4, 500), (0.97, 1.02, 500), (0.9, 1.2, 500)):
        estimates = dict.fromkeys(validation.estimates, Estimate((low + high) / 2, low, high))
        rival = [("frequency (best Jaccard)", Estimate(0.1, low - 1, high - 1))]
        group = Subgroup("sex", "male", 50, 40, {}, Estimate(-0.1, -0.2, -0.05))
        told += [x for f in findings(n, estimates, rival, [group]) for x in (f.question, f.text)]
    for text in told:
        assert said(text) != text, text
    found = [*validation_tables.all_tables(validation), *validation_group_tables.comparisons(validation)]
    for table in (t for t in found if t.key not in ("Provenance", "Differences")):
        for text in (table.title, *table.headers, *([table.note] if table.note else []), *_first_column(table)):
            assert said(text) != text or text in ("Jaccard", "F1", "PRAUC"), (table.key, text)


def _first_column(table: Table) -> list[str]:
    if table.key not in ("Metrics", "Ratio and calibration", "Coverage", "Missing", "Comparison", "Recalibration"):
        return []
    return [str(row[0]) for row in table.rows]


def test_a_sentence_keeps_what_stands_in_it_and_nothing_else_is_touched(chinese: QTranslator) -> None:
    text = "out.xlsx is open in another program: close it there, or save as out (2).xlsx."
    assert "out.xlsx" in said(text) and "out (2).xlsx" in said(text) and said(text) != text
    assert said("metoprolol") == "metoprolol"
    assert said("ward 3 of 4 beds") == "ward 3 of 4 beds"
    assert said("3 of 10") == "3 / 10"
    model = said("fine-tuned on 884 admissions, recipe default, adapted to Ward 7 (59 admissions, 2026-11-28)")
    assert "Ward 7" in model and not re.search("adapted|tuned|admissions", model)
    learned = flag_words(Flag("learned here", ("rare",), "known from 1,059 orders of this hospital alone"))
    assert "1,059" in learned and "hospital" not in learned
    for template in SENTENCES:
        filled = PLACEHOLDER.sub(lambda m: "7" if re.fullmatch(r"\{n\d\}", m[0]) else "abc", template)
        assert said(filled) != filled, template
    assert all(said(word) for word in WORDS)


class Brackets(QTranslator):
    """Translates everything to itself in brackets, so that a text without any was never meant to be translated."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[tuple[str, str]] = set()

    def isEmpty(self) -> bool:  # noqa: N802
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str:
        self.asked.add((context, source))
        return f"⟦{source}⟧"


UNTRANSLATED = re.compile(r"[A-Za-z]{2,}")
NAMES = {"LAMO Desktop", "English", "Jaccard", "PRAUC"}
OF_THE_SAMPLE = re.compile(r"hospital \d|lamo-default .*")


def test_no_text_of_the_window_was_forgotten(
    qapp: QApplication, styled: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    brackets = Brackets()
    qapp.installTranslator(brackets)
    try:
        window = open_window(styled)
        qtbot.addWidget(window)
        forgotten = set(_forgotten(window))
        window.open_path(write_job(tmp_path / "job.lamo", n=24, n_scored=24))
        qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
        window.session.start_validation()
        qtbot.waitUntil(lambda: window.session.evaluation.validation is not None, timeout=LONG)
        qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)
        for step in Step:
            window.go(step)
            for index in range(window.validating.tabs.count()):
                window.validating.tabs.setCurrentIndex(index)
            forgotten |= set(_forgotten(window))
        window.show_about()
        window.show_shortcuts()
        window.show_help()
        for dialog in [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]:
            forgotten |= set(_forgotten(dialog))
            dialog.close()
            dialog.deleteLater()
    finally:
        qapp.removeTranslator(brackets)
    assert "\n".join(sorted(forgotten)) == ""
    collected = {source for _, source, _ in messages(TS)}
    unknown = {s for c, s in brackets.asked if s not in collected and not c.startswith("Q")}  # Qt's own: QDialog ...
    assert "\n".join(sorted(unknown)) == ""  # the tools do not see these texts in the source


def _forgotten(root: QWidget) -> Iterator[str]:
    texts: list[str] = []
    for widget in (root, *root.findChildren(QWidget)):
        texts += [widget.toolTip(), widget.windowTitle()]
        if isinstance(widget, (QLabel, QAbstractButton)):
            texts.append(widget.text())
        if isinstance(widget, QLineEdit):
            texts.append(widget.placeholderText())
        if isinstance(widget, QTabWidget):
            texts += [widget.tabText(i) for i in range(widget.count())]
        if isinstance(widget, QComboBox):
            texts += [widget.itemText(i) for i in range(widget.count())]
        if isinstance(widget, QTableView) and widget.model() is not None:
            columns = np.arange(widget.model().columnCount())
            texts += [str(widget.model().headerData(int(c), Qt.Orientation.Horizontal)) for c in columns]
        if not isinstance(widget, (QLabel, QTableView)):
            texts.append(widget.accessibleName())
    for text in texts:
        if "⟦" not in text and UNTRANSLATED.search(text) and text not in NAMES and not OF_THE_SAMPLE.fullmatch(text):
            yield text


def test_a_title_has_no_letter_for_alt() -> None:
    keyed = [done for _, source, done in messages(TS) if done is not None and re.search(r"\(&\w\)", done)]
    assert len(keyed) > 30
    assert not [text for text in keyed if re.search(r"&|\(\w?\)|[…:：]$", without_key(text))]
    assert without_key("打开文件(&F)…") == "打开文件"
    assert without_key("&Open file…") == "Open file"
