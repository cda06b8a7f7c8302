"""The card of the model package in use: which one, what it is, and whether its files are what its manifest says."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout

from lamo_desktop.model.package import ModelPackage, load_package, verify_package
from lamo_desktop.ui.help import dialogs
from lamo_desktop.ui.kit.widgets import Button, Card, Dropdown, ElidedLabel, WrapRow, label, tone
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.recommend import packages
from lamo_desktop.ui.session import Session


class ModelCard(Card):
    """A chooser and the card. Files are verified in the background once the card is seen."""

    package_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(self.tr("Model"))
        self._session = session
        self.package: ModelPackage | None = None
        self._chosen: Path | None = None
        self._verified_sha256 = ""
        self.chooser = Dropdown(letters=12)
        self.chooser.setAccessibleName(self.tr("Model package"))
        self.chooser.activated.connect(self._picked)
        self.choose = Button(self.tr("Add &package…"), "folder")
        self.choose.setToolTip(self.tr("Choose the folder of another model package; it stays in the list"))
        self.choose.clicked.connect(self._add)
        top = WrapRow()
        top.add(self.chooser, stretch=1)
        self.chips = QHBoxLayout()
        self.kind, self.state = ElidedLabel("chip", hugging=True), label("", "chip")
        self.verify = Button(self.tr("Verif&y again"))
        self.verify.setToolTip(self.tr("Compare the SHA-256 of every file, base weights included, with the manifest"))
        self.verify.clicked.connect(self._verify)
        top.add(self.choose, self.verify)
        self.body.addLayout(top)
        self.chips.addWidget(self.kind)
        self.chips.addWidget(self.state)
        self.chips.addStretch(1)
        self.body.addLayout(self.chips)
        self.facts = label("", "muted", wrap=True)
        self.body.addWidget(self.facts)
        self.body.addStretch(1)
        self.load(packages.chosen())

    def load(self, path: Path | None) -> None:
        """Load a package (None: the embedded one) in the background and show it."""
        self._chosen = path
        self._fill()
        self._session.background.run("package", lambda: load_package(path), self._show, self._fail)

    @property
    def chosen(self) -> Path | None:
        """The package to run with, None for the embedded one."""
        return self._chosen

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Verify what has not been verified yet, now that someone looks."""
        super().showEvent(event)
        self._verify_if_new()

    def _fill(self) -> None:
        with QSignalBlocker(self.chooser):
            self.chooser.clear()
            self.chooser.addItem(self.tr("Embedded package"), None)
            for folder in dict.fromkeys([*packages.added(), *([self._chosen] if self._chosen else [])]):
                self.chooser.addItem(folder.name, folder)
                self.chooser.setItemData(self.chooser.count() - 1, str(folder), Qt.ItemDataRole.ToolTipRole)
                if folder == self._chosen:
                    self.chooser.setCurrentIndex(self.chooser.count() - 1)

    def _picked(self, place: int) -> None:
        folder = self.chooser.itemData(place)
        packages.choose(folder)
        self.load(folder)

    def _add(self) -> None:
        title = self.tr("Choose the folder of a model package")
        if folder := dialogs.folder_to_open(self, title, dialogs.MODELS):
            self.add(folder)

    def add(self, folder: Path) -> None:
        """Add a package's folder to the list, remember it and use it."""
        packages.add(folder)
        packages.choose(folder)
        self.load(folder)

    def _show(self, package: ModelPackage) -> None:
        self.package = package
        with QSignalBlocker(self.chooser):
            self.chooser.setItemText(self.chooser.currentIndex(), f"{package.name} {package.version}")
        self.kind.setText(said(package.label))
        tone(self.kind, "good" if package.fine_tuned else "warn")
        self.state.setText(self.tr("not verified yet"))
        tone(self.state, "")
        self.state.show()
        self.facts.setText("\n".join(self._facts(package)))
        self.verify.setEnabled(True)
        self._session.model_label_changed.emit(package.label, package.fine_tuned)
        self.package_changed.emit()
        if self.isVisible():
            self._verify_if_new()

    def _facts(self, package: ModelPackage) -> list[str]:
        count = len(package.adapters)
        several = self.tr("{a} adapters").format(a=count)
        adapters = {0: self.tr("no adapters"), 1: self.tr("one adapter")}.get(count, several)
        facts = [
            self.tr("{n} candidate drugs, {a}; reads up to {t} tokens of a patient").format(
                n=len(package.candidates), a=adapters, t=f"{package.context_tokens:,}"
            ),
            self.tr("Base model {f}; licence {l}").format(f=package.base_file, l=package.licence or "–"),
        ]
        cohort = package.training.get("cohort")
        if isinstance(cohort, dict) and cohort.get("source"):
            facts.append(self.tr("Made from: {s}").format(s=str(cohort["source"])))
        figures = own_test(package, "no-more-than-ordered")
        if figures:
            text = self.tr("On {n} admissions kept aside: Jaccard {j}, {r} drugs recommended per drug ordered")
            facts.append(
                text.format(n=figures["admissions"], j=f"{figures['jaccard']:.2f}", r=f"{figures['ratio']:.2f}")
            )
        facts.append(
            self.tr("Limits: knows only its own candidates; check it on your site's orders before you rely on it.")
        )
        return facts

    def _fail(self, sentence: str) -> None:
        self.package = None
        self.kind.setText(self.tr("not usable"))
        tone(self.kind, "bad")
        self.state.hide()
        self.facts.setText(sentence)
        self.verify.setEnabled(False)
        self.package_changed.emit()

    def _verify_if_new(self) -> None:
        if self.package is not None and self.package.sha256 != self._verified_sha256:
            self._verify()

    def _verify(self) -> None:
        package = self.package
        if package is None:
            return
        self._verified_sha256 = package.sha256
        self.verify.setEnabled(False)
        self.state.setText(self.tr("verifying…"))
        tone(self.state, "")
        self._session.background.run("package", lambda: verify_package(package), self._verified, self._not_verified)

    def _verified(self, _: object) -> None:
        self.state.setText(self.tr("all files verified"))
        tone(self.state, "good")
        self.verify.setEnabled(True)

    def _not_verified(self, sentence: str) -> None:
        missing = "not installed" in sentence
        self.state.setText(self.tr("base weights missing") if missing else self.tr("altered or incomplete"))
        tone(self.state, "bad")
        self.facts.setText(sentence)
        self.verify.setEnabled(True)


def own_test(package: ModelPackage, policy: str) -> dict[str, Any]:
    """What the package's makers measured on admissions kept aside, for a policy: admissions, jaccard, ratio, ...

    Those of other hospitals come first: they are the nearest to a hospital that the model does not know either.
    """
    for split in ("external", "temporal", "internal"):
        found: Any = package.metrics
        for key in (split, "model", policy):
            found = found.get(key, {}) if isinstance(found, dict) else {}
        if isinstance(found, dict) and {"admissions", "jaccard", "ratio"} <= found.keys():
            return found
    return {}
