"""How a workbook or text table is read as a whole: its sheets, its header row, its dates, which of its orders count."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from lamo_desktop.admissions.encodings import OFFERED, shown
from lamo_desktop.check.corrections import (
    with_date_order,
    with_encoding,
    with_header_row,
    with_order_window,
    with_sheets,
    with_start_unit,
)
from lamo_desktop.check.opening import Opened
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Dropdown, WrapRow, label, together
from lamo_desktop.ui.kit.words import without_key

WINDOWS = ("-24..24", "0..24", "-24..48", "all")  # offered; another one comes from a profile


class ReadControls(QWidget):
    """Controls in rows; `corrected` with the profile that says what was chosen."""

    corrected = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self._opened: Opened | None = None
        self._row = WrapRow(spacing=0.9, parent=self)
        self.admissions_sheet, self.orders_sheet, self.date_order = (Dropdown(letters=8) for _ in range(3))
        self.header_row = QSpinBox()
        self.header_row.setRange(0, 1000)
        self.header_row.setSpecialValueText(self.tr("found"))
        self.header_row.setKeyboardTracking(False)
        self.header_row.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.date_order.addItem(self.tr("left empty"), "ask")
        for order, text in date_orders().items():
            self.date_order.addItem(text, order)
        self._of_sheets = [self._add(self.tr("&Admissions:"), self.admissions_sheet)]
        self._add(self.tr("&Header row:"), self.header_row)
        self._of_sheets.append(self._add(self.tr("&Orders:"), self.orders_sheet))
        self._add(self.tr("03/0&4/2024 means"), self.date_order)
        self.order_window, self.start_unit = Dropdown(letters=12), Dropdown(letters=8)
        for text, unit in (
            (self.tr("as its header says"), ""),
            (self.tr("minutes"), "minutes"),
            (self.tr("hours"), "hours"),
            (self.tr("days"), "days"),
        ):
            self.start_unit.addItem(text, unit)
        self.encoding = Dropdown(letters=8)
        self._of_text = self._add(self.tr("&Encoding:"), self.encoding)
        self.encoding.activated.connect(lambda _: self._encoding_chosen())
        self._of_orders = self._add(self.tr("Orders that &count:"), self.order_window)
        self._of_starts = self._add(self.tr("Start is given in:"), self.start_unit)
        self.order_window.activated.connect(lambda _: self._window_chosen())
        self.start_unit.activated.connect(lambda _: self._unit_chosen())
        self.admissions_sheet.activated.connect(lambda _: self._sheets_chosen())
        self.orders_sheet.activated.connect(lambda _: self._sheets_chosen())
        self.date_order.activated.connect(lambda _: self._date_order_chosen())
        self.header_row.editingFinished.connect(self._header_row_chosen)

    def _add(self, text: str, widget: Dropdown | QSpinBox) -> QWidget:
        caption = label(text, "muted")
        caption.setBuddy(widget)
        widget.setAccessibleName(without_key(text))
        if isinstance(widget, Dropdown):
            widget.setMaximumWidth(em(13))
        both = together(caption, widget)
        self._row.add(both)
        return both

    def show_opened(self, opened: Opened, sheets: Sequence[str]) -> None:
        """Show how an export was read; `sheets` are the names of all its sheets, as far as they are known."""
        self._opened = opened
        self.date_order.setCurrentIndex(max(0, self.date_order.findData(opened.profile.data.get("date_order", "ask"))))
        self.header_row.blockSignals(True)
        self.header_row.setValue(opened.choices[0].header_row if opened.choices else 0)
        self.header_row.blockSignals(False)
        found = {choices.role: choices.sheet for choices in opened.choices}
        workbook = any(found.values())
        self._list_sheets(found, list(dict.fromkeys([*sheets, *filter(None, found.values())])) if workbook else [])
        for widget in self._of_sheets:
            widget.setVisible(workbook)
        self._of_text.setVisible(not workbook)
        self._show_encoding(opened.encoding)
        self._show_orders(opened)

    def _show_encoding(self, encoding: str) -> None:
        self.encoding.clear()
        self.encoding.addItem(self.tr("found"), "")
        for offered in dict.fromkeys([*OFFERED, *filter(None, [encoding])]):
            self.encoding.addItem(shown(offered), offered)
        self.encoding.setCurrentIndex(max(0, self.encoding.findData(encoding)))

    def _show_orders(self, opened: Opened) -> None:
        held = {column.field for table in opened.tables for column in table.columns}
        window = str(opened.profile.data.get("order_window", WINDOWS[0]))
        self.order_window.clear()
        for offered in dict.fromkeys([*WINDOWS, window]):
            self.order_window.addItem(self._window_words(offered), offered)
        self.order_window.setCurrentIndex(max(0, self.order_window.findData(window)))
        unit = str(opened.profile.data.get("order_start_unit", ""))
        self.start_unit.setCurrentIndex(max(0, self.start_unit.findData(unit)))
        self._of_orders.setVisible(bool(held & {"orders", "order_drug"}))
        self._of_starts.setVisible("order_start" in held)

    def _window_words(self, window: str) -> str:
        words = {
            "-24..24": self.tr("a day before to a day after admission"),
            "0..24": self.tr("the first day"),
            "-24..48": self.tr("a day before to two days after"),
            "all": self.tr("all of the stay"),
        }
        return words.get(window) or self.tr("hours {w} from admission").format(w=window)

    def _list_sheets(self, found: Mapping[str, str], sheets: Sequence[str]) -> None:
        for combo, role in ((self.admissions_sheet, "admissions"), (self.orders_sheet, "orders")):
            combo.clear()
            if role == "orders":
                combo.addItem(self.tr("same table"), "")
            for name in sheets:
                combo.addItem(name, name)
            combo.setCurrentIndex(max(0, combo.findData(found.get(role, ""))))
            combo.setEnabled(len(sheets) > 1)

    def _sheets_chosen(self) -> None:
        if self._opened is not None:
            admissions, orders = str(self.admissions_sheet.currentData()), str(self.orders_sheet.currentData() or "")
            self.corrected.emit(with_sheets(self._opened, admissions, orders if orders != admissions else ""))

    def _header_row_chosen(self) -> None:
        opened = self._opened
        if opened is not None and opened.choices and self.header_row.value() != opened.choices[0].header_row:
            self.corrected.emit(with_header_row(opened, self.header_row.value()))

    def _date_order_chosen(self) -> None:
        opened, order = self._opened, str(self.date_order.currentData())
        if opened is not None and order != opened.profile.data["date_order"]:
            self.corrected.emit(with_date_order(opened, order))

    def _encoding_chosen(self) -> None:
        opened, encoding = self._opened, str(self.encoding.currentData())
        if opened is not None and encoding != opened.encoding:
            self.corrected.emit(with_encoding(opened, encoding))

    def _window_chosen(self) -> None:
        opened, window = self._opened, str(self.order_window.currentData())
        if opened is not None and window != opened.profile.data["order_window"]:
            self.corrected.emit(with_order_window(opened, window))

    def _unit_chosen(self) -> None:
        opened, unit = self._opened, str(self.start_unit.currentData())
        if opened is not None and unit != opened.profile.data["order_start_unit"]:
            self.corrected.emit(with_start_unit(opened, unit))


def date_orders() -> dict[str, str]:
    """What 03/04/2024 can mean, by the name that a profile has for it."""
    return {
        "dmy": QCoreApplication.translate("readcontrols", "3 April"),
        "mdy": QCoreApplication.translate("readcontrols", "March 4"),
    }


class DateQuestion(QWidget):
    """How dates like 03/04/2024 are written, asked where cells wait for the answer; `answered` with a date order."""

    answered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(em(0.5))
        row.addWidget(label(self.tr("03/04/2024 in this export means"), "heading"))
        self.buttons: dict[str, Button] = {}
        for order, text in date_orders().items():
            self.buttons[order] = button = Button(text)
            button.setAccessibleName(self.tr("03/04/2024 means {d}").format(d=text))
            button.clicked.connect(lambda _=False, order=order: self.answered.emit(order))
            row.addWidget(button)
        row.addStretch(1)
