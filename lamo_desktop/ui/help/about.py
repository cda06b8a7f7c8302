"""The About dialog: what the program is, its parts' versions and licences."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from lamo_desktop import __version__
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.ui.kit.tables import ColumnModel, Table, text_column
from lamo_desktop.ui.kit.theme import drawn, em
from lamo_desktop.ui.kit.widgets import Notice, label

PARTS = (
    ("PySide6-Essentials", "Qt for Python", "LGPL-3.0"),
    ("llama-cpp-python", "llama.cpp", "MIT"),
    ("numpy", "NumPy", "BSD-3-Clause"),
    ("pandas", "pandas", "BSD-3-Clause"),
    ("openpyxl", "openpyxl", "MIT"),
    ("python-calamine", "python-calamine", "MIT"),
    ("PyYAML", "PyYAML", "MIT"),
    ("RapidFuzz", "RapidFuzz", "MIT"),
    ("cryptography", "cryptography", "Apache-2.0 OR BSD-3-Clause"),
)
_TEXT = ("", ".txt", ".md", ".rst")
_LICENCE_FILES = ("licen", "copying", "notice")  # beginnings of their names, in lower case


def version_of(name: str) -> str:
    """A package's version, or a dash where the bundle does not carry it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"


def licence_text(package: str) -> str:
    """The licence files of a package: those of a bundle, else those that it brings itself; empty without any."""
    files = sorted((Path(sys.executable).parent / "licences" / package).glob("*.txt")) or _own_files(package)
    files.sort(key=lambda path: path.name.startswith("GPL"))  # Qt's LGPL comes before what it adds to
    texts = [path.read_text(encoding="utf-8", errors="replace").strip() for path in files]
    return "\n\n".join(dict.fromkeys(texts))


def _own_files(package: str) -> list[Path]:
    try:
        files = [Path(str(file.locate())) for file in distribution(package).files or ()]
    except PackageNotFoundError:
        return []
    named = [path for path in files if path.name.lower().startswith(_LICENCE_FILES) and path.suffix.lower() in _TEXT]
    return [path for path in named if path.is_file()]


class AboutDialog(QDialog):
    """Shown from the Help menu."""

    def __init__(self, package: ModelPackage | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About LAMO Desktop"))
        self.setMinimumSize(em(40), em(40))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(em(1.2), em(1.2), em(1.2), em(1))
        layout.setSpacing(em(0.75))
        head = QHBoxLayout()
        head.setSpacing(em(0.8))
        logo = QLabel()
        logo.setPixmap(drawn("lamo", "", em(3), self.devicePixelRatioF()))
        head.addWidget(logo)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label("LAMO Desktop", "title"))
        words.addWidget(label(self.tr("Version {v} · Apache License 2.0").format(v=__version__), "muted"))
        head.addLayout(words, 1)
        layout.addLayout(head)
        layout.addWidget(
            label(
                self.tr(
                    "Medication recommendation and overprescribing analysis on a hospital's own admissions, after LAMO "
                    "(Zhao et al., arXiv 2503.03687). It works offline and opens no network connection."
                ),
                wrap=True,
            )
        )
        layout.addWidget(Notice(self.tr("Decision support for retrospective analysis, not for prescribing."), "warn"))
        rows = [
            ("LAMO Desktop", __version__, "Apache-2.0"),
            ("Python", platform.python_version(), "PSF-2.0"),
            ("Qt", qVersion(), "LGPL-3.0"),
        ]
        rows += [(title, version_of(name), licence) for name, title, licence in PARTS]
        self._packages = ["lamo-desktop", "Python", "Qt", *(name for name, _, _ in PARTS)]
        if package is not None:
            self._packages.append(Path(package.base_file).stem)
            rows.append(
                (f"{self.tr('Model')}: {package.name}", f"{package.version} ({package.label})", package.licence)
            )
        self._licences = [licence for _, _, licence in rows]
        columns = [
            text_column(self.tr("Part"), [row[0] for row in rows], 10, stretch=True),
            text_column(self.tr("Version"), [row[1] for row in rows], 12),
            text_column(self.tr("Licence"), [row[2] for row in rows], 7),
        ]
        self.table = Table(ColumnModel(columns, self), self.tr("Parts and licences"))
        self.table.fit_columns(columns)
        self.table.setMinimumHeight(em(12))
        layout.addWidget(self.table, 3)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(self.tr("Licence text"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(em(7))
        layout.addWidget(self.text, 2)
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._show_licence(index.row()))
        self.table.selectRow(0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _show_licence(self, row: int) -> None:
        """The text that came with the part in this row of the view."""
        model = self.table.model()
        assert isinstance(model, ColumnModel)
        part = int(model.order[row])
        found = licence_text(self._packages[part]) if self._packages[part] else ""
        none = self.tr("Licence: {l}. Its text does not come with this installation.").format(l=self._licences[part])
        self.text.setPlainText(found or none)
