"""Tables with a search: a text that its column cuts is shown whole for the current line."""

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lamo_desktop.ui.kit.searchedtable import SearchedTable
from lamo_desktop.ui.kit.tables import text_column

LONG = "formula without a stored value, read as empty; expected a value: open the file in Excel and save it " * 2


def test_a_text_that_its_column_cuts_is_shown_whole(qapp: QApplication, qtbot: QtBot) -> None:
    found = SearchedTable("Problems", "No problems", "Every cell could be used.")
    qtbot.addWidget(found)
    found.resize(500, 300)
    found.show()
    found.show_columns([text_column("Where", ["A!B2", "A!B3"], 8), text_column("Text", ["short", LONG], 20)])
    assert found.whole.isHidden()
    found.table.setCurrentIndex(found.model.index(1, 0))
    assert found.whole.text() == LONG and not found.whole.isHidden()
    found.table.setCurrentIndex(found.model.index(0, 0))
    assert found.whole.isHidden()
    found.show_columns([text_column("Text", [], 20)])
    assert found.whole.isHidden()
