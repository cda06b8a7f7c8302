"""The dialogs of the Help menu, each loaded when it is first asked for; and the question before something is lost."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from lamo_desktop.model.package import ModelPackage
from lamo_desktop.ui.flow import Step
from lamo_desktop.ui.widgets import Button


def show_about(package: ModelPackage | None, window: QWidget) -> None:
    """What the program is made of, with licences."""
    from lamo_desktop.ui.about import AboutDialog

    AboutDialog(package, window).open()


def show_help(step: Step, title: str, window: QWidget) -> Button:
    """Help on a page; returns its button that leads to the keyboard shortcuts."""
    from lamo_desktop.ui.help import HelpDialog

    dialog = HelpDialog(step, title, window)
    dialog.show()
    return dialog.shortcuts


def show_log(window: QWidget) -> None:
    """What the program did, without patient data."""
    from lamo_desktop.ui.logviewer import LogViewer

    viewer = LogViewer(window)
    viewer.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    viewer.show()


def sure(parent: QWidget, question: str) -> bool:
    """Ask before something is lost."""
    buttons = QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel
    answer = QMessageBox.question(parent, "LAMO Desktop", question, buttons, QMessageBox.StandardButton.Cancel)
    return answer == QMessageBox.StandardButton.Yes
