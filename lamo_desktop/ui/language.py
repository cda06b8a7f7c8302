"""The language of the window: the system's, or the one chosen in the menu. English is in the source, others in `.qm`.

`make translations` (or `python -m lamo_desktop.ui.language`) collects the texts of this package into the .ts files and
compiles these.
"""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from lamo_desktop.ui.settings import settings

FOLDER = Path(__file__).parent / "translations"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
SYSTEM = "system"


def chosen() -> str:
    """What the menu says: "system" or one of `LANGUAGES`."""
    found = str(settings().value("language", SYSTEM, type=str))
    return found if found in LANGUAGES else SYSTEM


def install(app: QApplication, choice: str | None = None) -> None:
    """Translate everything that is made from now on; for texts of Qt itself too."""
    choice = choice or chosen()
    locale = QLocale() if choice == SYSTEM else QLocale(choice)
    if choice != SYSTEM:
        QLocale.setDefault(locale)
    own, qts = QTranslator(app), QTranslator(app)
    if qts.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(qts)
    if own.load(locale, "lamo", "_", str(FOLDER)):
        app.installTranslator(own)


def main() -> int:
    """Update and compile the translations."""
    package = Path(__file__).parent
    sources = sorted(str(path.relative_to(package)) for path in package.rglob("*.py"))
    FOLDER.mkdir(exist_ok=True)
    for name in LANGUAGES:
        if name == "en":
            continue
        ts = f"translations/lamo_{name}.ts"
        for command in (
            ["pyside6-lupdate", "-no-obsolete", "-locations", "none", *sources, "-ts", ts],
            ["pyside6-lrelease", ts, "-qm", ts.replace(".ts", ".qm")],
        ):
            tool = Path(sys.executable).with_name(command[0])
            done = subprocess.run([str(tool), *command[1:]], cwd=package)
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
