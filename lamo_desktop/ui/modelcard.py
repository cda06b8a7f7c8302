"""The card of the model package in use."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from lamo_desktop.model.package import ModelPackage, load_package, verify_package
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.widgets import Button, Card, label, tone


class ModelCard(Card):
    """Which model package is used, what it is, and whether its files are what its manifest says."""

    def __init__(self, session: Session) -> None:
        super().__init__("Model")
        self._session = session
        self.package: ModelPackage | None = None
        self._chosen: Path | None = None
        self.name = label("", wrap=True)
        self.chips = QHBoxLayout()
        self.kind, self.state = label("", "chip"), label("", "chip")
        self.chips.addWidget(self.kind)
        self.chips.addWidget(self.state)
        self.chips.addStretch(1)
        self.facts = label("", "muted", wrap=True)
        row = QHBoxLayout()
        self.verify = Button(self.tr("&Verify files"), "state-done")
        self.verify.setToolTip(self.tr("Compare the SHA-256 of every file, base weights included, with the manifest"))
        self.verify.clicked.connect(self._verify)
        self.choose = Button(self.tr("Choose &package…"), "folder")
        self.choose.clicked.connect(self._choose)
        row.addWidget(self.verify)
        row.addWidget(self.choose)
        row.addStretch(1)
        self.body.addWidget(self.name)
        self.body.addLayout(self.chips)
        self.body.addWidget(self.facts)
        self.body.addStretch(1)
        self.body.addLayout(row)
        self.load(None)

    def load(self, path: Path | None) -> None:
        """Load a package (None: the embedded one) in the background and show it."""
        self._chosen = path
        self._session.background.run("package", lambda: load_package(path), self._show, self._fail)

    @property
    def chosen(self) -> Path | None:
        """The package to run with, None for the embedded one."""
        return self._chosen

    def _show(self, package: ModelPackage) -> None:
        self.package = package
        self.name.setText(f"{package.name} {package.version}")
        self.kind.setText(package.label)
        tone(self.kind, "good" if package.fine_tuned else "warn")
        self.state.setText(self.tr("manifest checked"))
        tone(self.state, "")
        self.state.show()
        self.facts.setText(
            "\n".join(
                (
                    self.tr("{n} candidate drugs, {a} adapters").format(n=len(package.drugs), a=len(package.adapters)),
                    self.tr("Base model {f}, context of {t} tokens").format(
                        f=package.base_file, t=f"{package.context_tokens:,}"
                    ),
                    self.tr("Licence {l}").format(l=package.licence or "–"),
                )
            )
        )
        self.verify.setEnabled(True)
        self._session.set_model_label(package.label, package.fine_tuned)

    def _fail(self, sentence: str) -> None:
        self.package = None
        self.name.setText(self.tr("The model package cannot be used."))
        self.kind.setText(self.tr("not usable"))
        tone(self.kind, "bad")
        self.state.hide()
        self.facts.setText(sentence)
        self.verify.setEnabled(False)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose the folder of a model package"))
        if folder:
            self.load(Path(folder))

    def _verify(self) -> None:
        package = self.package
        if package is None:
            return
        self.verify.setEnabled(False)
        self.state.setText(self.tr("verifying…"))
        self._session.background.run("package", lambda: verify_package(package), self._verified, self._not_verified)

    def _verified(self, _: object) -> None:
        self.state.setText(self.tr("all files verified"))
        tone(self.state, "good")
        self.verify.setEnabled(True)

    def _not_verified(self, sentence: str) -> None:
        self.state.setText(self.tr("not verified"))
        tone(self.state, "bad")
        self.facts.setText(sentence)
        self.verify.setEnabled(True)
