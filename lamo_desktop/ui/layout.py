"""Remembers how the user laid the window out: place and size, splitters, column widths. Never data."""

from collections.abc import Iterator

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow, QSplitter

from lamo_desktop.ui.kit.tables import Table
from lamo_desktop.ui.kit.widgets import Page


def save(window: QMainWindow, store: QSettings) -> None:
    """Everything that can be moved; a splitter when it has a name (objectName)."""
    store.setValue("geometry", window.saveGeometry())
    for splitter in window.findChildren(QSplitter):
        if splitter.objectName():
            store.setValue(f"splitter/{splitter.objectName()}", splitter.saveState())
    for key, table in _tables(window):
        for columns, widths in table.own_widths.items():
            store.setValue(
                f"{key}/{columns}", " ".join(f"{section}:{width}" for section, width in sorted(widths.items()))
            )


def restore(window: QMainWindow, store: QSettings) -> None:
    """What was saved, as far as it is still there."""
    geometry = store.value("geometry")
    if isinstance(geometry, QByteArray):
        window.restoreGeometry(geometry)
    for splitter in window.findChildren(QSplitter):
        state = store.value(f"splitter/{splitter.objectName()}")
        if splitter.objectName() and isinstance(state, QByteArray):
            splitter.restoreState(state)
    for key, table in _tables(window):
        store.beginGroup(key)
        table.own_widths = {columns: _widths(str(store.value(columns, "", type=str))) for columns in store.childKeys()}
        store.endGroup()


def _tables(window: QMainWindow) -> Iterator[tuple[str, Table]]:
    """Every table of a page, under the page's name and its place on it: the same in every language."""
    for page in window.findChildren(Page):
        for number, table in enumerate(page.findChildren(Table)):
            yield f"widths/{type(page).__name__}-{number}", table


def _widths(text: str) -> dict[int, int]:
    pairs = (pair.split(":") for pair in text.split())
    return {int(p[0]): int(p[1]) for p in pairs if len(p) == 2 and p[0].isdigit() and p[1].isdigit()}
