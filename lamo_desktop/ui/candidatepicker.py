"""Which drugs the model is asked about: all of the package, or some, ticked by name or by class."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.model.package import ModelPackage
from lamo_desktop.ui.theme import em
from lamo_desktop.ui.widgets import Button, label

_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class CandidatePicker(QDialog):
    """Classes with their drugs, each with a box; a class's box ticks all of it."""

    def __init__(self, package: ModelPackage, chosen: Iterable[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Candidate drugs"))
        self.resize(em(30), em(34))
        self._names = [drug.name for drug in package.drugs]
        ticked = set(chosen) or set(self._names)
        layout = QVBoxLayout(self)
        layout.setSpacing(em(0.5))
        layout.addWidget(
            label(self.tr("The model is asked about these drugs, and only about these."), "muted", wrap=True)
        )
        self.search = QLineEdit(clearButtonEnabled=True)
        self.search.setPlaceholderText(self.tr("Search drug or class"))
        self.search.setAccessibleName(self.tr("Search candidate drugs"))
        self.search.textChanged.connect(self._filter)
        layout.addWidget(self.search)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(self.tr("Candidate drugs by class"))
        self.items: dict[str, QTreeWidgetItem] = {}
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        by_class: dict[str, list[str]] = {}
        for drug in package.drugs:
            by_class.setdefault(drug.drug_class or self.tr("no class"), []).append(drug.name)
        for drug_class, names in sorted(by_class.items()):
            parent_item = QTreeWidgetItem(self.tree, [drug_class[:1].upper() + drug_class[1:]])
            parent_item.setFlags(parent_item.flags() | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsUserCheckable)
            for name in sorted(names):
                item = QTreeWidgetItem(parent_item, [name])
                item.setCheckState(0, _CHECKED if name in ticked else _UNCHECKED)
                self.items[name] = item
            self._groups.append((parent_item, [self.items[name] for name in names]))
        self.tree.expandAll()
        self.tree.itemChanged.connect(lambda *_: self._count())
        layout.addWidget(self.tree, 1)
        row = QHBoxLayout()
        self.count = label("", "muted")
        row.addWidget(self.count, 1)
        for text, state in ((self.tr("Tick &all shown"), _CHECKED), (self.tr("Tick &none shown"), _UNCHECKED)):
            button = Button(text)
            button.clicked.connect(lambda _=False, state=state: self._tick(state))
            row.addWidget(button)
        layout.addLayout(row)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)
        self._count()
        self.search.setFocus()

    def chosen(self) -> tuple[str, ...]:
        """The ticked drugs in the package's order; none when all are."""
        ticked = tuple(name for name in self._names if self.items[name].checkState(0) == _CHECKED)
        return () if len(ticked) == len(self._names) else ticked

    def _tick(self, state: Qt.CheckState) -> None:
        for _, children in self._groups:
            for item in children:
                if not item.isHidden():
                    item.setCheckState(0, state)

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        for group, children in self._groups:
            of_class = wanted in group.text(0).casefold()
            for child in children:
                child.setHidden(not (of_class or wanted in child.text(0).casefold()))
            group.setHidden(all(child.isHidden() for child in children))

    def _count(self) -> None:
        n = sum(item.checkState(0) == _CHECKED for item in self.items.values())
        self.count.setText(self.tr("{n} of {t} drugs").format(n=n, t=len(self.items)))
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            ok.setEnabled(n > 0)
