"""The column mapping as a table: field, column to choose, sample values, confidence."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QWidget

from lamo_desktop.check.corrections import ADMISSION_FIELDS, ORDER_FIELDS
from lamo_desktop.check.opening import Choices, Opened
from lamo_desktop.ui.kit.fieldwords import (
    CLINICAL,
    SEVERAL,
    confidence_words,
    field_hint,
    field_title,
)
from lamo_desktop.ui.kit.theme import em, tokens
from lamo_desktop.ui.kit.widgets import Dropdown, ElidedLabel, label

Held = Mapping[str, Sequence[str]]  # field -> headers of the columns that hold it
_STEPS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class ConfidenceBar(QWidget):
    """A confidence from 0 to 1, drawn; the words beside it say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._value = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_value(self, value: float) -> None:
        """Draw this confidence."""
        self._value = value
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Short and thin."""
        return QSize(em(3.2), em(0.4))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the ground and the part of it that is filled."""
        colours, painter = tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self.height() / 2
        for share, colour in (
            (1.0, colours.border),
            (self._value, colours.good if self._value >= 0.9 else colours.warn),
        ):
            painter.setBrush(QColor(colour))
            if share:
                painter.drawRoundedRect(QRectF(0, 0, self.width() * share, self.height()), radius, radius)


class ColumnCombo(Dropdown):
    """The column of one field; `picked` when a person chose another."""

    picked = Signal(str, list)

    def __init__(self, field: str, choices: Choices, held: Sequence[str]) -> None:
        super().__init__(letters=12)
        self.field = field
        self.setAccessibleName(self.tr("Column for {f}").format(f=field_title(field)))
        self.setToolTip(field_hint(field))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._fill(choices, held)

    def _fill(self, choices: Choices, held: Sequence[str]) -> None:
        self.addItem(self.tr("(no column)"), "")
        for letter, header in zip(choices.letters, choices.headers, strict=True):
            self.addItem(f"{letter}  {header}", header)
        self.setCurrentIndex(max(0, self.findData(held[0])) if held else 0)
        self.activated.connect(
            lambda _: self.picked.emit(self.field, [self.currentData()] if self.currentData() else [])
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrow keys open the list: stepping through it closed would choose every column on the way."""
        if event.key() in _STEPS:
            self.showPopup()
        else:
            super().keyPressEvent(event)


class ColumnsCombo(ColumnCombo):
    """The same for a field that several columns may hold: they are ticked in the list (Space, or a click)."""

    def _fill(self, choices: Choices, held: Sequence[str]) -> None:
        model = QStandardItemModel(self)
        for letter, header in zip(choices.letters, choices.headers, strict=True):
            item = QStandardItem(f"{letter}  {header}")
            item.setData(header, Qt.ItemDataRole.UserRole)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if header in held else Qt.CheckState.Unchecked)
            model.appendRow(item)
        self.setModel(model)
        self._before = list(self.headers)
        self._pressed = -1  # the line that the mouse went down on
        self.view().viewport().installEventFilter(self)
        self.view().installEventFilter(self)
        self._say()

    @property
    def headers(self) -> list[str]:
        """Headers of the ticked columns, left to right."""
        return [str(index.data(Qt.ItemDataRole.UserRole)) for index in self._lines() if _ticked(index)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """A click or Space ticks a line and leaves the list open; Escape leaves all as it was."""
        if watched is self.view().viewport() and isinstance(event, QMouseEvent):
            line = self.view().indexAt(event.position().toPoint())
            if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                self._pressed = line.row()
            elif event.type() == QEvent.Type.MouseButtonRelease:
                pressed, self._pressed = self._pressed, -1
                if line.isValid() and line.row() == pressed:  # not the release of the click that opened the list
                    self._toggle(line)
                return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched is self.view():
            if event.key() == Qt.Key.Key_Space:
                self._toggle(self.view().currentIndex())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.hidePopup()
                return True
            if event.key() == Qt.Key.Key_Escape:
                for line in self._lines():
                    if _ticked(line) != (line.data(Qt.ItemDataRole.UserRole) in self._before):
                        self._toggle(line)
        return super().eventFilter(watched, event)

    def _lines(self) -> list[QModelIndex]:
        return [self.model().index(row, 0) for row in range(self.model().rowCount())]

    def _toggle(self, line: QModelIndex) -> None:
        state = Qt.CheckState.Unchecked if _ticked(line) else Qt.CheckState.Checked
        self.model().setData(line, state, Qt.ItemDataRole.CheckStateRole)
        self._say()

    def hidePopup(self) -> None:  # noqa: N802
        """The list closes: what was ticked is the choice."""
        super().hidePopup()
        if self.headers != self._before:
            self._before = list(self.headers)
            self.picked.emit(self.field, self.headers)

    def _say(self) -> None:
        self.setCurrentIndex(-1)
        headers = self.headers
        if not headers:
            self.setPlaceholderText(self.tr("(no column)"))
        elif len(headers) == 1:
            self.setPlaceholderText(headers[0])
        else:
            self.setPlaceholderText(self.tr("{n} columns: {h}").format(n=len(headers), h=", ".join(headers)))
        self.setAccessibleDescription(self.placeholderText())
        self.update()


def _ticked(line: QModelIndex) -> bool:
    return Qt.CheckState(line.data(Qt.ItemDataRole.CheckStateRole) or 0) == Qt.CheckState.Checked


class MappingTable(QScrollArea):
    """Every field with its column; `corrected` with all columns, as chosen, when a person changed one."""

    corrected = Signal(dict, dict)  # of the admissions table, of the orders table

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Columns"))
        self.combos: dict[tuple[str, str], ColumnCombo] = {}  # by role of the table and field
        self._held: dict[str, dict[str, list[str]]] = {}

    def show_opened(self, opened: Opened) -> None:
        """Show how an export was read."""
        content = QWidget()
        content.setObjectName("sheet")
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, em(0.5), 0)
        grid.setHorizontalSpacing(em(0.9))
        grid.setVerticalSpacing(em(0.15))
        grid.setColumnStretch(1, 4)
        grid.setColumnStretch(2, 5)
        focused = next((key for key, combo in self.combos.items() if combo.hasFocus()), None)
        scrolled = self.verticalScrollBar().value()
        self.combos, self._held = {}, {}
        for place, words in enumerate(
            (self.tr("Field"), self.tr("Column"), self.tr("Sample values"), self.tr("How it was found"))
        ):
            grid.addWidget(label(words, "columnhead"), 0, place, 1, 2 if place == 3 else 1)
        for choices in opened.choices:
            self._add_table(grid, opened, choices)
        grid.setRowStretch(grid.rowCount(), 1)
        old = self.takeWidget()
        if old is not None:
            old.deleteLater()
        self.setWidget(content)
        content.adjustSize()
        self.verticalScrollBar().setValue(scrolled)  # one goes on where one was
        if focused in self.combos:
            self.combos[focused].setFocus()

    def _add_table(self, grid: QGridLayout, opened: Opened, choices: Choices) -> None:
        table = next(table for table in opened.tables if table.role == choices.role)
        held: dict[str, list[str]] = {}
        confidence: dict[str, float] = {}
        for column in table.columns:
            held.setdefault(column.field, []).append(column.header)
            confidence[column.field] = min(column.confidence, confidence.get(column.field, 1.0))
        self._held[choices.role] = held
        orders = choices.role == "orders"
        if orders:
            heading = label(self.tr("Orders, from the sheet “{s}”").format(s=choices.title), "columnhead")
            heading.setContentsMargins(0, em(0.6), 0, 0)
            grid.addWidget(heading, grid.rowCount(), 0, 1, 5)
        separate = any(other.role == "orders" for other in opened.choices)
        long = ORDER_FIELDS[2:] if opened.ids_repeat and not separate else ()  # each row is an order
        for name in ORDER_FIELDS if orders else (*ADMISSION_FIELDS, *long):
            if name == "orders" and separate:
                continue
            found = confidence_words(confidence[name]) if name in confidence else ""
            if any((name, header) in opened.by_choice for header in held.get(name, ())):
                found = self.tr("as chosen")
            self._add_field(grid, choices, name, held.get(name, []), confidence.get(name, 0.0), found)

    def _add_field(
        self, grid: QGridLayout, choices: Choices, name: str, held: Sequence[str], confidence: float, found: str
    ) -> None:
        row = grid.rowCount()
        needed = name in ("admission_id", "order_drug")
        title = label(field_title(name) + (" *" if needed else ""))
        title.setToolTip(field_hint(name))
        combo = (ColumnsCombo if name in SEVERAL else ColumnCombo)(name, choices, held)
        combo.picked.connect(lambda field, headers: self._pick(choices.role, field, headers))
        title.setBuddy(combo)
        self.combos[choices.role, name] = combo
        samples = ElidedLabel("small")
        samples.setText(" · ".join(_samples(choices, held)))
        samples.setToolTip(samples.text())
        bar, words = ConfidenceBar(), label("", "small")
        if held:
            bar.show_value(confidence)
            words.setText(found)
        elif needed:
            words.setText(self.tr("needed"))
        bar.setVisible(bool(held))
        combo.setAccessibleDescription(f"{words.text()}. {samples.text()}")
        for place, widget in enumerate((title, combo, samples, bar, words)):
            grid.addWidget(widget, row, place, Qt.AlignmentFlag.AlignVCenter)

    def _pick(self, role: str, field: str, headers: list[str]) -> None:
        """One choice; a column that another field held is that field's no more."""
        held = self._held[role]
        for name, others in held.items():
            if name != field:
                held[name] = [header for header in others if header not in headers]
        held[field] = headers
        self.corrected.emit(self._held.get("admissions", {}), self._held.get("orders", {}))


def _samples(choices: Choices, held: Sequence[str]) -> list[str]:
    places = [choices.headers.index(header) for header in held if header in choices.headers]
    found = dict.fromkeys(sample for place in places for sample in choices.samples[place])
    return list(found)[:4]


def missing_sentence(opened: Opened) -> str:
    """Which needed fields no column holds; empty when none is missing."""
    held = {column.field for table in opened.tables if table.role == "admissions" for column in table.columns}
    numbered = opened.cohort is not None and not opened.fault  # without an id each row is one admission
    words = [] if "admission_id" in held or numbered else [field_title("admission_id")]
    if not held & set(CLINICAL):
        words.append(QCoreApplication.translate("MappingTable", "Diagnoses (or a note, or one of its sections)"))
    if not words:
        return ""
    if "admission_id" not in held and not numbered and opened.perhaps_ids:
        asked = QCoreApplication.translate("MappingTable", "Which column identifies an admission: {c}?")
        named = QCoreApplication.translate("MappingTable", " or ").join(f"“{header}”" for header in opened.perhaps_ids)
        if words == [field_title("admission_id")]:
            return asked.format(c=named) + " " + QCoreApplication.translate("MappingTable", "Choose it below.")
    joined = QCoreApplication.translate("MappingTable", " and ").join(words)
    return QCoreApplication.translate("MappingTable", "A column is still needed for: {w}. Choose it below.").format(
        w=joined
    )
