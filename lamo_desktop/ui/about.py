"""The About dialog: what the program is, its parts' versions and licences."""

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lamo_desktop.model.package import ModelPackage
from lamo_desktop.ui.tables import ColumnModel, Table, text_column
from lamo_desktop.ui.theme import drawn, em
from lamo_desktop.ui.widgets import Notice, label

_PARTS = (
    ("PySide6-Essentials", "Qt for Python", "LGPL-3.0"),
    ("llama-cpp-python", "llama.cpp", "MIT"),
    ("numpy", "NumPy", "BSD-3-Clause"),
    ("pandas", "pandas", "BSD-3-Clause"),
    ("openpyxl", "openpyxl", "MIT"),
    ("python-calamine", "python-calamine", "MIT"),
    ("PyYAML", "PyYAML", "MIT"),
)


def version_of(name: str) -> str:
    """A package's version, or a dash where the bundle does not carry it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"


class AboutDialog(QDialog):
    """Shown from the Help menu."""

    def __init__(self, package: ModelPackage | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About LAMO Desktop"))
        self.setMinimumWidth(em(34))
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
        words.addWidget(
            label(self.tr("Version {v} · Apache License 2.0").format(v=version_of("lamo-desktop")), "muted")
        )
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
        rows = [("Python", platform.python_version(), "PSF-2.0"), ("Qt", qVersion(), "LGPL-3.0")]
        rows += [(title, version_of(name), licence) for name, title, licence in _PARTS]
        if package is not None:
            rows.append(
                (f"{self.tr('Model')}: {package.name}", f"{package.version} ({package.label})", package.licence)
            )
        columns = [
            text_column(self.tr("Part"), [row[0] for row in rows], 10, stretch=True),
            text_column(self.tr("Version"), [row[1] for row in rows], 12),
            text_column(self.tr("Licence"), [row[2] for row in rows], 7),
        ]
        self.table = Table(ColumnModel(columns, self), self.tr("Parts and licences"))
        self.table.fit_columns(columns)
        self.table.setMinimumHeight(em(15))
        layout.addWidget(self.table, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
