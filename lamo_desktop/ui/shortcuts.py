"""Everything the keyboard does, listed from the window's own actions, so that the list cannot be wrong."""

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMainWindow, QMenu, QVBoxLayout

from lamo_desktop.ui.kit.tables import ColumnModel, Table, text_column
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import label
from lamo_desktop.ui.kit.words import without_key


class ShortcutsDialog(QDialog):
    """Shown from the Help menu."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setMinimumSize(em(32), em(30))
        rows = _menu_rows(window) + self._fixed_rows()
        columns = [
            text_column(self.tr("Key"), [row[0] for row in rows], 11),
            text_column(self.tr("What it does"), [row[1] for row in rows], 18, stretch=True),
        ]
        self.table = Table(ColumnModel(columns, self), self.tr("Keyboard shortcuts"))
        self.table.fit_columns(columns)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(em(1.2), em(1.2), em(1.2), em(1))
        layout.setSpacing(em(0.7))
        words = self.tr("Everything can be done without a mouse. Underlined letters work with Alt.")
        layout.addWidget(label(words, "muted", wrap=True))
        layout.addWidget(self.table, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _fixed_rows(self) -> list[tuple[str, str]]:
        return [
            ("Tab, Shift+Tab", self.tr("To the next or previous control")),
            (self.tr("Space"), self.tr("Press the button or tick the box that has the focus")),
            ("↑ ↓ PgUp PgDn", self.tr("Move in a table")),
            (_shown(QKeySequence(QKeySequence.StandardKey.Copy)), self.tr("Copy the selected rows of a table")),
            ("← →", self.tr("Shift the thresholds: on the slider, or in the curves of Validate")),
            (_shown(QKeySequence("Ctrl+Tab")), self.tr("To the next tab of a page")),
            (_shown(QKeySequence(QKeySequence.StandardKey.Find)), self.tr("Review: search the admissions")),
            ("A  D  U", self.tr("Review: agree, disagree or unsure about the selected drugs; Delete takes it back")),
            ("F2", self.tr("Review: comment on the selected drugs")),
            (_shown(QKeySequence("Ctrl+Return")), self.tr("Review: ask why, or score the edited context")),
            (_shown(QKeySequence(QKeySequence.StandardKey.Undo)), self.tr("Review: take the last mark back")),
            ("Esc", self.tr("Close a dialog")),
        ]


def _menu_rows(window: QMainWindow) -> list[tuple[str, str]]:
    menus = [menu for menu in (action.menu() for action in window.menuBar().actions()) if isinstance(menu, QMenu)]
    return [
        (", ".join(_shown(key) for key in action.shortcuts()), _plain(action))
        for menu in menus
        for action in _leaves(menu)
        if action.shortcuts()
    ]


def _leaves(menu: QMenu) -> list[QAction]:
    found: list[QAction] = []
    for action in menu.actions():
        below = action.menu()
        found += _leaves(below) if isinstance(below, QMenu) else [action]
    return found


def _plain(action: QAction) -> str:
    return without_key(action.text()).lstrip("1234567890 ")


def _shown(key: QKeySequence) -> str:
    return key.toString(QKeySequence.SequenceFormat.NativeText)
