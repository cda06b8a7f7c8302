"""The menus of the window: everything that can also be done by a key."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from lamo_desktop.ui import language
from lamo_desktop.ui.help import dialogs
from lamo_desktop.ui.settings import settings

if TYPE_CHECKING:
    from lamo_desktop.ui.window import MainWindow

translate = QCoreApplication.translate  # under this name the translation tools find the texts


def make_menus(window: "MainWindow") -> QAction:
    """Fill the menu bar; returns the action that saves the workbook, which is not always possible."""
    file = window.menuBar().addMenu(translate("MainWindow", "&File"))
    _action(window, file, translate("MainWindow", "Open &file…"), window.open_file, QKeySequence.StandardKey.Open)
    _action(window, file, translate("MainWindow", "Open fol&der…"), window.open_folder, "Ctrl+Shift+O")
    _action(window, file, translate("MainWindow", "Open &job…"), window.open_job, "Ctrl+J")
    file.addSeparator()
    save = _action(
        window, file, translate("MainWindow", "&Save workbook…"), window.save_workbook, QKeySequence.StandardKey.Save
    )
    file.addSeparator()
    _action(window, file, translate("MainWindow", "Own drug &knowledge…"), window.use_knowledge)
    _action(window, file, translate("MainWindow", "Drug knowledge as shi&pped"), window.forget_knowledge)
    file.addSeparator()
    _action(window, file, translate("MainWindow", "Delete &local data…"), window.purge)
    file.addSeparator()
    _action(window, file, translate("MainWindow", "&Quit"), window.close, QKeySequence.StandardKey.Quit, "Ctrl+Q")
    view = window.menuBar().addMenu(translate("MainWindow", "&View"))
    for number, (step, button) in enumerate(window.rail.buttons.items(), start=1):
        _action(
            window, view, f"&{number}  {button.title}", lambda _=False, step=step: window.go(step), f"Ctrl+{number}"
        )
    view.addSeparator()
    schemes = QActionGroup(window)
    chosen = settings().value("scheme", "system", type=str)
    for name, text in (
        ("system", translate("MainWindow", "Colours of the s&ystem")),
        ("light", translate("MainWindow", "&Light")),
        ("dark", translate("MainWindow", "&Dark")),
    ):
        action = _action(window, view, text, lambda _=False, name=name: window.choose_scheme(name))
        action.setCheckable(True)
        action.setChecked(name == chosen)
        schemes.addAction(action)
    view.addSeparator()
    languages = QActionGroup(window)
    chosen_language = language.chosen()
    for name, text in (
        (language.SYSTEM, translate("MainWindow", "Langua&ge of the system")),
        *language.LANGUAGES.items(),
    ):
        action = _action(window, view, text, lambda _=False, name=name: window.choose_language(name))
        action.setCheckable(True)
        action.setChecked(name == chosen_language)
        languages.addAction(action)
    about = window.menuBar().addMenu(translate("MainWindow", "&Help"))
    _action(
        window,
        about,
        translate("MainWindow", "&Help on this page"),
        window.show_help,
        QKeySequence.StandardKey.HelpContents,
        "F1",
    )
    _action(window, about, translate("MainWindow", "&Keyboard shortcuts"), window.show_shortcuts, "Ctrl+/")
    _action(window, about, translate("MainWindow", "Program &log"), lambda: dialogs.show_log(window))
    _action(window, about, translate("MainWindow", "&About and licences"), window.show_about)
    return save


def _action(window: "MainWindow", menu: QMenu, text: str, call: object, *keys: object) -> QAction:
    action = QAction(text, window)
    action.triggered.connect(call)
    if keys:  # one that the system has anyway is not there twice
        found = [QKeySequence(key).toString() for key in keys]  # type: ignore[call-overload]
        action.setShortcuts([QKeySequence(key) for key in dict.fromkeys(found) if key])
    menu.addAction(action)
    return action
