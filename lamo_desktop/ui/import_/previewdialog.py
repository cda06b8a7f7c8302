"""The export at the place a problem names, in a window beside the list of problems."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from lamo_desktop.admissions.cell_addresses import Place
from lamo_desktop.ui.import_.openedview import marks
from lamo_desktop.ui.import_.preview import PreviewPane
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Notice
from lamo_desktop.ui.session import Session


class PreviewDialog(QDialog):
    """Stays open while one goes through the list; Esc closes it."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle(self.tr("In the export"))
        self.resize(em(54), em(26))
        self.notice = Notice()
        self.preview = PreviewPane(session.lookups)
        self.preview.listed.connect(self._listed)
        self._wanted: Place | None = None
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(em(1), em(1), em(1), em(0.8))
        layout.setSpacing(em(0.6))
        layout.addWidget(self.notice)
        layout.addWidget(self.preview, 1)
        layout.addWidget(buttons)

    def show_place(self, place: Place, title: str, tone: str) -> None:
        """Show a place and say above it what is the matter."""
        opened = self._session.opened
        if opened is None:
            return
        self.notice.say(title, tone)
        self._wanted = place
        if opened.flat:
            self.preview.open_file(opened.path, opened.encoding)
        else:
            self.preview.open_folder(opened.path, [table.name for table in opened.tables if table.form])
        self.preview.mark(*marks(opened))
        self._listed()
        self.show()
        self.raise_()

    def _listed(self) -> None:
        if self._wanted is not None and self.preview.tables:
            self.preview.jump(self._wanted)
