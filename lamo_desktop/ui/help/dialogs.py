"""The dialogs of the Help menu, each loaded when it is first asked for; those for files; the question before a loss.

Each kind of file is looked for where the last one was. That is known while the program runs and never written down: a
folder's name can tell of a patient as a file's name can.
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from lamo_desktop.model.package import ModelPackage
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.kit.widgets import Button


def show_about(package: ModelPackage | None, window: QWidget) -> None:
    """What the program is made of, with licences."""
    from lamo_desktop.ui.help.about import AboutDialog

    AboutDialog(package, window).open()


def show_help(step: Step, title: str, window: QWidget) -> Button:
    """Help on a page; returns its button that leads to the keyboard shortcuts."""
    from lamo_desktop.ui.help.topics import HelpDialog

    dialog = HelpDialog(step, title, window)
    dialog.show()
    return dialog.shortcuts


def show_log(window: QWidget) -> None:
    """What the program did, without patient data."""
    from lamo_desktop.ui.help.logviewer import LogViewer

    viewer = LogViewer(window)
    viewer.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    viewer.show()


EXPORTS, JOBS, RESULTS, MODELS, OVERLAYS = "exports", "jobs", "results", "models", "overlays"  # purposes
_last_folders: dict[str, Path] = {}


def last_folder(purpose: str, otherwise: Path | None = None) -> Path | None:
    """Where the last file of this purpose was, if that is still there."""
    folder = _last_folders.get(purpose, otherwise)
    return folder if folder is not None and folder.is_dir() else otherwise


def remember_folder(purpose: str, folder: Path) -> None:
    """Begin there the next time."""
    _last_folders[purpose] = folder


def file_to_open(parent: QWidget, title: str, kinds: str, purpose: str, otherwise: Path | None = None) -> Path | None:
    """Ask for a file; None when nothing is chosen."""
    start = last_folder(purpose, otherwise)
    return _chosen(purpose, QFileDialog.getOpenFileName(parent, title, str(start or ""), kinds)[0])


def file_to_save(parent: QWidget, title: str, kinds: str, purpose: str, name: str) -> Path | None:
    """Ask where to write a file, under this name where nothing else is said; None when nothing is chosen."""
    start = (last_folder(purpose) or Path.home()) / name
    chosen = _chosen(purpose, QFileDialog.getSaveFileName(parent, title, str(start), kinds)[0])
    return chosen if chosen is None or chosen.suffix else chosen.with_suffix(Path(name).suffix)


def folder_to_open(parent: QWidget, title: str, purpose: str) -> Path | None:
    """Ask for a folder; None when nothing is chosen. The next time begins beside it."""
    return _chosen(purpose, QFileDialog.getExistingDirectory(parent, title, str(last_folder(purpose) or "")))


def _chosen(purpose: str, name: str) -> Path | None:
    if not name:
        return None
    remember_folder(purpose, Path(name).parent)
    return Path(name)


def sure(parent: QWidget, question: str) -> bool:
    """Ask before something is lost."""
    buttons = QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel
    answer = QMessageBox.question(parent, "LAMO Desktop", question, buttons, QMessageBox.StandardButton.Cancel)
    return answer == QMessageBox.StandardButton.Yes
