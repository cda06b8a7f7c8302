"""The log of the program, to read, to copy into a message to support, or to find on disk."""

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase, QTextCursor
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, label
from lamo_desktop.ui.log import FILES, log_file

SHOWN_BYTES = 512 * 1024


def log_text() -> str:
    """The last part of the log, older files first; a sentence where there is none."""
    path = log_file()
    files = [path.with_name(f"{path.name}.{number}") for number in range(FILES, 0, -1)] + [path]
    try:
        whole = b"".join(file.read_bytes() for file in files if file.is_file())
    except OSError as error:
        return QCoreApplication.translate("LogViewer", "The log cannot be read: {e}.").format(e=error.strerror)
    return whole[-SHOWN_BYTES:].decode("utf-8", "replace")


class LogViewer(QDialog):
    """Opened from the Help menu."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Program log"))
        self.resize(em(50), em(30))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(em(1.2), em(1), em(1.2), em(1))
        layout.setSpacing(em(0.6))
        layout.addWidget(label(self.tr("Program log"), "title"))
        layout.addWidget(
            label(
                self.tr(
                    "What the program did and when: counts, times and kinds of faults. It holds no patient data, no "
                    "file names and no contents of cells, and is sent to nobody."
                ),
                "muted",
                wrap=True,
            )
        )
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(self.tr("Program log"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlaceholderText(self.tr("Nothing has been written yet."))
        self.text.setTabChangesFocus(True)
        layout.addWidget(self.text, 1)
        self.refresh_button = Button(self.tr("&Refresh"), "refresh")
        self.copy = Button(self.tr("&Copy"), "copy")
        self.folder = Button(self.tr("Open &folder"), "folder")
        close = Button(self.tr("Close"), kind="primary")
        close.setDefault(True)
        self.refresh_button.clicked.connect(self.refresh)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text.toPlainText()))
        self.folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_file().parent))))
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(em(0.5))
        for button in (self.refresh_button, self.copy, self.folder):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        layout.addLayout(row)
        self.refresh()
        self.text.setFocus()

    def refresh(self) -> None:
        """Read the file again and go to its end."""
        self.text.setPlainText(log_text())
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.text.moveCursor(QTextCursor.MoveOperation.StartOfLine)
