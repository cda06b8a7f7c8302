"""Every page in every state fits a small window, in both languages and schemes: no control lies outside of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QSlider,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lamo_desktop.ui import language
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.kit import theme
from lamo_desktop.ui.kit.widgets import Page, WrapRow, label
from lamo_desktop.ui.review.detail import WHAT_IF
from lamo_desktop.ui.window import MainWindow
from tests.ui.exports import write_ward
from tests.ui.samples import write_job

LONG = 120_000
CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider)
SIZES = (QSize(1024, 700), QSize(1280, 800))
ALWAYS_SEEN = (Step.CHECK, Step.REVIEW, Step.VALIDATE)  # pages whose parts scroll, so that they themselves do not


@pytest.fixture(params=[("en", "light"), ("zh_CN", "dark")], ids="-".join)
def dressed(request: pytest.FixtureRequest, styled: QApplication) -> Iterator[None]:
    """Either language and either scheme: neither changes what the other makes of a page."""
    spoken, scheme = request.param
    translator = QTranslator()
    if spoken != "en":
        assert translator.load(str(language.FOLDER / f"lamo_{spoken}.qm"))
        styled.installTranslator(translator)
    theme.choose(scheme)
    theme.apply(styled)
    yield
    styled.removeTranslator(translator)
    theme.choose("system")
    theme.apply(styled)


def page_of(window: MainWindow) -> Page:
    return next(page for page in window.pages.values() if page.isVisible())


def outside(root: QWidget, seen: QRect, window: QWidget) -> list[str]:
    """Controls that are shown and stick out of `seen`, a place in the window. One that scrolls may be scrolled to."""
    found = []
    for control in (child for kind in CONTROLS for child in root.findChildren(kind)):
        inner = any(isinstance(above, (QComboBox, QAbstractSpinBox, QTabBar)) for above in above_of(control, root))
        if control.isVisible() and not inner and not scrolls(control, root):
            place = QRect(control.mapTo(window, control.rect().topLeft()), control.size())
            if not seen.contains(place) or place.width() < min(
                control.minimumSizeHint().width(), control.maximumWidth()
            ):
                text = control.text() if isinstance(control, QAbstractButton) else control.accessibleName()
                found.append(f"{type(control).__name__} {text!r} at {place}, seen {seen}")
    return found


def above_of(widget: QWidget, root: QWidget) -> Iterator[QWidget]:
    above = widget.parentWidget()
    while above is not None and above is not root:
        yield above
        above = above.parentWidget()


def scrolls(widget: QWidget, root: QWidget) -> bool:
    """Whether it lies in a part of the page that scrolls by itself."""
    return any(isinstance(above, QAbstractScrollArea) for above in above_of(widget, root))


def fits(window: MainWindow, what: str) -> None:
    for size in SIZES:
        window.resize(size)
        for _ in range(4):
            QApplication.processEvents()
        where = f"{what} at {size.width()}x{size.height()}"
        assert window.size() == size, where
        assert window.minimumSizeHint().width() <= SIZES[0].width(), where
        assert window.minimumSizeHint().height() <= SIZES[0].height(), where
        page = page_of(window)
        area = page.area
        assert area.horizontalScrollBar().maximum() == 0, where
        content, viewport = area.widget(), area.viewport()
        assert content is not None
        assert content.width() <= viewport.width(), where
        seen = QRect(viewport.mapTo(window, viewport.rect().topLeft()), viewport.size())
        if window.pages[Step.RECOMMEND] is page or window.pages[Step.IMPORT] is page:
            seen.setHeight(max(seen.height(), content.height()))  # which may be scrolled to, but not sideways
        assert outside(content, seen, window) == [], where
        for button in page.findChildren(QAbstractButton):
            if button.isVisible() and not content.isAncestorOf(button):
                assert window.rect().contains(QRect(button.mapTo(window, button.rect().topLeft()), button.size()))
        for step in ALWAYS_SEEN:
            if window.pages[step] is page:
                assert area.verticalScrollBar().maximum() == 0, where
        assert window.footer.isVisible() and window.footer.width() == window.width()


def test_every_page_fits(dressed: None, window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    fits(window, "start")
    for step in Step:
        window.go(step)
        fits(window, f"empty {step.value}")
    window.open_path(write_ward(tmp_path))
    qtbot.waitUntil(lambda: window.session.opened is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.reader.running and not window.session.lookups.busy, timeout=LONG)
    fits(window, "an export with a question")
    window.open_path(write_job(tmp_path / "job.lamo", n=24, n_scored=24))
    qtbot.waitUntil(lambda: window.session.results is not None, timeout=LONG)
    for step in Step:
        window.go(step)
        fits(window, f"job {step.value}")
    for tab in range(window.checking.tabs.count()):
        window.go(Step.CHECK)
        window.checking.tabs.setCurrentIndex(tab)
        fits(window, f"check {tab}")
    window.go(Step.REVIEW)
    for tab in range(window.reviewing.detail.tabs.count()):
        window.reviewing.detail.tabs.setCurrentIndex(tab)
        fits(window, f"review {tab}")
        bar = window.reviewing.detail.tabs.tabBar()
        assert bar.rect().contains(bar.tabRect(WHAT_IF))
    window.session.start_validation()
    qtbot.waitUntil(lambda: window.session.evaluation.validation is not None, timeout=LONG)
    qtbot.waitUntil(lambda: not window.session.background.running, timeout=LONG)
    window.go(Step.VALIDATE)
    for tab in range(window.validating.tabs.count()):
        window.validating.tabs.setCurrentIndex(tab)
        fits(window, f"validate {tab}")
        bar = window.validating.tabs.tabBar()
        assert bar.rect().contains(bar.tabRect(window.validating.tabs.count() - 1))


def test_the_words_on_the_model_do_not_widen_the_window(window: MainWindow) -> None:
    before = window.minimumSizeHint().width()
    words = "fine-tuned on 884 admissions, with a site calibration fitted on 20,000 admissions of a hospital " * 2
    window.session.model_label_changed.emit(words, True)
    QApplication.processEvents()
    assert window.footer.model.text().endswith(words)
    assert window.minimumSizeHint().width() <= max(before, 640)
    window.resize(640, 400)
    QApplication.processEvents()
    assert window.size() == QSize(640, 400)
    notice = window.footer.notice
    assert notice.height() >= notice.heightForWidth(notice.width())  # it is never cut off


def test_the_window_opens_within_its_screen(window: MainWindow) -> None:
    room = window.screen().availableGeometry()
    assert window.width() <= room.width() and window.height() <= room.height()


def test_a_row_goes_on_in_the_next_line(styled: QApplication, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    row = WrapRow(spacing=0.5, parent=holder)
    words = [label(text) for text in ("one", "two of them", "three")]
    row.add(words[0], words[1])
    row.add(words[2], stretch=1)
    holder.resize(row.sizeHint().width() + 100, 200)
    holder.show()
    QApplication.processEvents()
    assert len({word.y() for word in words}) == 1
    assert words[2].geometry().right() == holder.rect().right()
    narrow = max(word.sizeHint().width() for word in words) + 1
    holder.resize(narrow, 200)
    QApplication.processEvents()
    assert words[0].y() < words[1].y() < words[2].y()
    assert row.heightForWidth(narrow) >= words[2].geometry().bottom()
    words[1].hide()
    QApplication.processEvents()
    assert row.count() == 3
    assert words[2].geometry().right() == holder.rect().right()
