"""Is it better than something simple, and than another model? Differences on the same admissions, with intervals."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lamo_desktop.ui.help import dialogs
from lamo_desktop.ui.kit.estimates import ReportTable
from lamo_desktop.ui.kit.forest import Forest, Line
from lamo_desktop.ui.kit.parts import Chooser, card_with, scrolled
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, WrapRow, label
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.session import Session

if TYPE_CHECKING:
    from lamo_desktop.validate.validation import Validation


class ModelsTab(QWidget):
    """Simple models fitted on the site's own rows, and the models the analyst adds. `compare_wanted` after a choice."""

    compare_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._validation: Validation | None = None
        self.package = Button(self.tr("Add a model &package…"), "folder")
        self.gguf = Button(self.tr("Add a &GGUF file…"), "model")
        self.overlay = Button(self.tr("Add a saved over&lay…"), "file")
        self.package.clicked.connect(self._add_package)
        self.gguf.clicked.connect(self._add_gguf)
        self.overlay.clicked.connect(self._add_overlay)
        buttons = WrapRow()
        buttons.add(self.package, self.gguf, self.overlay)
        self.figure = Chooser(self.tr("Figu&re:"))
        self.figure.chosen.connect(lambda _: self._show_forest())
        buttons.add(self.figure)
        self._rivals = QVBoxLayout()
        self._rivals.setSpacing(em(0.2))
        self.forest = Forest()
        self.models = ReportTable("models")
        differences = card_with(self.tr("This model minus the other, on the same admissions"), scrolled(self.forest))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, em(0.6), 0, 0)
        layout.setSpacing(em(0.5))
        layout.addLayout(buttons)
        layout.addLayout(self._rivals)
        layout.addWidget(differences, 5)
        layout.addWidget(self.models, 4)
        session.evaluation.changed.connect(self._list_rivals)

    def show_validation(self, validation: "Validation") -> None:
        """Show it."""
        from lamo_desktop.report.validation_group_tables import COMPARED, comparisons

        self._validation = validation
        self.models.show_table(comparisons(validation)[0] if validation.comparisons else None)
        self.figure.offer({said(title): name for name, title in COMPARED.items()})

    def add(self, path: Path) -> None:
        """Compare with this model too."""
        self._session.evaluation.add_rival(path)
        self.compare_wanted.emit()

    def _show_forest(self) -> None:
        name = self.figure.box.currentData()
        if self._validation is not None and name is not None:
            lines = [Line(said(c.name), "", c.difference[name]) for c in self._validation.comparisons]
            self.forest.show_lines(lines, 0.0, self.figure.box.currentText())

    def _list_rivals(self) -> None:
        while (item := self._rivals.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for path in self._session.evaluation.rivals:
            self._rivals.addWidget(self._rival(path))

    def _rival(self, path: Path) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(em(0.4), 0, 0, 0)
        layout.setSpacing(em(0.5))
        layout.addWidget(label(self.tr("Beside this model: {name}").format(name=path.name), "muted"))
        remove = Button(self.tr("Remove"), "close", "flat")
        remove.setAccessibleName(self.tr("Remove {name} from the comparison").format(name=path.name))
        remove.clicked.connect(lambda: self._session.evaluation.remove_rival(path))
        layout.addWidget(remove)
        layout.addStretch(1)
        return row

    def _add_package(self) -> None:
        title = self.tr("Choose the folder of a model package")
        if path := dialogs.folder_to_open(self, title, dialogs.MODELS):
            self.add(path)

    def _add_gguf(self) -> None:
        kinds = self.tr("Language models (*.gguf)")
        if path := dialogs.file_to_open(self, self.tr("Choose a GGUF file"), kinds, dialogs.MODELS):
            self.add(path)

    def _add_overlay(self) -> None:
        kinds = self.tr("Site overlays (*.json)")
        title = self.tr("Choose a saved site overlay")
        if path := dialogs.file_to_open(self, title, kinds, dialogs.OVERLAYS):
            self.add(path)
