"""Which drugs the model is asked about: ticked by name or by class, those it was not trained on when asked for."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.formulary import shown_name
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, label

_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class CandidatePicker(QDialog):
    """Classes with their drugs, each with a box; a class's box ticks all of it.

    `classes` holds every drug that can be asked about, by class; `trained` are those that the model was trained on.
    """

    def __init__(
        self,
        classes: Mapping[str, Iterable[str]],
        trained: Iterable[str],
        chosen: Iterable[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Candidate drugs"))
        self.resize(em(30), em(34))
        self._classes, self._trained = classes, tuple(trained)
        ticked = set(chosen) or set(self._trained)
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
        self.others = QCheckBox(self.tr("Also drugs that the model was not &trained on"))
        self.others.setToolTip(self.tr("They are ranked by what they are used for, and marked in the results"))
        self.others.setChecked(not ticked <= set(self._trained))
        layout.addWidget(self.others)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(self.tr("Candidate drugs by class"))
        self.items: dict[str, QTreeWidgetItem] = {}
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
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
        self._fill(ticked)
        self.tree.itemChanged.connect(lambda *_: self._count())
        self.others.toggled.connect(lambda _: self._fill(self._ticked()))
        self.search.setFocus()

    def chosen(self) -> tuple[str, ...]:
        """The ticked drugs, those the model was trained on first; none when it is exactly these."""
        ticked = self._ticked()
        own = tuple(name for name in self._trained if name in ticked)
        strangers = tuple(name for name in self.items if name in ticked.difference(own))
        return () if len(own) == len(self._trained) and not strangers else (*own, *strangers)

    def _ticked(self) -> set[str]:
        return {name for name, item in self.items.items() if item.checkState(0) == _CHECKED}

    def _fill(self, ticked: set[str]) -> None:
        """Show the drugs, with those the model was not trained on where they are asked for."""
        trained, words = set(self._trained), self.tr("{drug} (not trained on)")
        self.tree.blockSignals(True)
        self.tree.clear()
        self.items, self._groups = {}, []
        for drug_class, drugs in self._classes.items():
            names = [name for name in drugs if name in trained or self.others.isChecked()]
            if not names:
                continue
            title = drug_class or self.tr("no class")
            group = QTreeWidgetItem(self.tree, [title[:1].upper() + title[1:]])
            group.setFlags(group.flags() | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsUserCheckable)
            for name in names:
                shown = shown_name(name)
                item = QTreeWidgetItem(group, [shown if name in trained else words.format(drug=shown)])
                item.setCheckState(0, _CHECKED if name in ticked else _UNCHECKED)
                self.items[name] = item
            self._groups.append((group, [self.items[name] for name in names]))
        self.tree.blockSignals(False)
        self.tree.expandAll()
        self._filter(self.search.text())
        self._count()

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
