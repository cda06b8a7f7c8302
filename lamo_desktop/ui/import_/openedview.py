"""An export that is open: how it was read, to be corrected by choosing, and what stands in the file."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QInputDialog,
    QMessageBox,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lamo_desktop.admissions.sheet_extent import column_index
from lamo_desktop.admissions.site_files import profiles_folder, save_own_profile
from lamo_desktop.check import corrections
from lamo_desktop.check.opening import Opened
from lamo_desktop.errors import InputError
from lamo_desktop.ui.import_.foldertables import FolderTables
from lamo_desktop.ui.import_.mappingtable import MappingTable, missing_sentence
from lamo_desktop.ui.import_.preview import PreviewPane
from lamo_desktop.ui.import_.profilechooser import ProfileChooser
from lamo_desktop.ui.import_.readcontrols import ReadControls
from lamo_desktop.ui.kit.fieldwords import field_title
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Button, Card, ElidedLabel, Notice, ProgressCard, WrapRow, label, together
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.session import Session
from lamo_desktop.ui.workers.pace import Pace

if TYPE_CHECKING:
    from lamo_desktop.admissions.profile import Profile


class OpenedView(QWidget):
    """Shown on the Import page once an export is open. Every correction reads the export again in the background."""

    profile_saved = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._pace = Pace(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(em(0.5))
        self.preview = PreviewPane(session.lookups)
        self.preview.listed.connect(self._list_sheets)
        layout.addLayout(self._head())
        self.notice = Notice()
        layout.addWidget(self.notice)
        self.progress = ProgressCard(self.tr("Cancel"))
        self.progress.stop_clicked.connect(session.reader.cancel)
        layout.addWidget(self.progress)
        self.mapping = MappingTable()
        self.mapping.corrected.connect(self._columns_corrected)
        self.folder = FolderTables()
        self.folder.table_chosen.connect(self.preview.show_table)
        upper = Card(padding=0.7)
        self.controls = ReadControls()
        self.controls.corrected.connect(self._read)
        upper.body.addWidget(self.controls)
        self._kinds = QStackedWidget()
        self._kinds.addWidget(self.mapping)
        self._kinds.addWidget(self.folder)
        upper.body.addWidget(self._kinds, 1)
        lower = Card(padding=0.7)
        lower.body.addWidget(self.preview)
        self.halves = QSplitter(Qt.Orientation.Vertical)
        self.halves.setChildrenCollapsible(False)
        self.halves.setHandleWidth(em(0.6))
        self.halves.addWidget(upper)
        self.halves.addWidget(lower)
        self.halves.setSizes([em(19), em(13)])
        self.halves.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.halves.setMinimumHeight(em(21))
        layout.addWidget(self.halves, 1)
        session.reading.connect(self._show_reading)
        session.changed.connect(self._refresh_progress)
        self.progress.hide()

    def _head(self) -> WrapRow:
        row = WrapRow()
        self._name = ElidedLabel("heading")
        self._name.setMinimumWidth(em(10))
        row.add(self._name, stretch=1)
        self.profile = ProfileChooser()
        self.profile.activated.connect(lambda _: self._profile_chosen())
        caption = label(self.tr("&Profile:"), "muted")
        caption.setBuddy(self.profile)
        self.undo = Button(self.tr("&Undo"), "undo")
        self.undo.setToolTip(self.tr("Read the export as it was read before the last change"))
        self.reset = Button(self.tr("Rese&t"), "refresh")
        self.reset.setToolTip(self.tr("Read the export as the program finds it by itself"))
        self.save = Button(self.tr("Sa&ve as profile…"), "save")
        self.save.setToolTip(self.tr("Keep these columns under a name, for later exports and for colleagues"))
        self.undo.clicked.connect(self.take_back)
        self.reset.clicked.connect(self.start_over)
        self.save.clicked.connect(lambda: self.save_profile())
        row.add(together(caption, self.profile), self.undo, self.reset, self.save)
        return row

    def show_opened(self, opened: Opened) -> None:
        """Show an export as it was read."""
        self._name.setText(opened.path.name)
        self._name.setToolTip(self.words(opened))
        flat = opened.flat
        self.controls.setVisible(flat)
        self._kinds.setCurrentIndex(0 if flat else 1)
        if flat:
            self.mapping.show_opened(opened)
            self.preview.open_file(opened.path, opened.encoding)
            self._list_sheets()
        else:
            self.folder.show_tables(opened.tables, opened.profile)
            self.preview.open_folder(opened.path, [table.name for table in opened.tables if table.form])
        self.preview.mark(*marks(opened))
        self._show_controls(opened)
        self._say(opened)

    def _list_sheets(self) -> None:
        if self._session.opened is not None and self._session.opened.flat:
            self.controls.show_opened(self._session.opened, self.preview.tables)

    def words(self, opened: Opened) -> str:
        """How it was read, in one line."""
        words = [self.tr("Read with the profile “{p}”").format(p=opened.profile.name)]
        for table in opened.tables:
            if opened.flat and table.rows is not None:
                rows = self.tr("{n} rows").format(n=f"{table.rows:,}")
                words.append(f"{table.name}: {table.form}, {rows}")
        return " · ".join(words)

    def _show_controls(self, opened: Opened) -> None:
        self.undo.setEnabled(self._session.corrections.any)
        corrected = opened.profile.name.endswith(corrections.MARK)
        own = bool(self._session.profile) and not corrected
        self.reset.setEnabled(opened.flat and (corrected or own))
        self.save.setEnabled(opened.export is not None)
        self.profile.reload("" if corrected else self._session.profile or "")
        if corrected:
            self.profile.insertItem(0, self.tr("As corrected here"), "corrected")
            self.profile.setCurrentIndex(0)

    def _say(self, opened: Opened) -> None:
        missing = missing_sentence(opened) if opened.flat else ""
        doubtful = [
            field_title(column.field) for table in opened.tables for column in table.columns if column.confidence < 0.9
        ]
        if opened.fault:
            self.notice.say(missing or said(opened.fault), "bad")
        elif doubtful:
            text = self.tr("Please check the column of: {f}. The header is not one the program knows for certain.")
            text = text.format(f=", ".join(dict.fromkeys(doubtful)))
            if absent := absent_fields(opened):
                text += " " + self.tr("No column was taken for: {f}.").format(f=", ".join(absent))
            self.notice.say(text, "warn")
        elif not opened.flat:
            lacking = [table.name for table in opened.tables if not table.form]
            text = self.tr("{n} tables were found. Not in the folder, so that what it would tell is missing: {t}.")
            text = text if lacking else self.tr("All {n} tables of this kind of export were found.")
            text = text.format(n=len(opened.tables) - len(lacking), t=", ".join(lacking))
            self.notice.say(text, "warn" if lacking else "good")
        elif absent := absent_fields(opened):
            text = self.tr("No column was taken for: {f}. Choose one below if the export has it.")
            self.notice.say(text.format(f=", ".join(absent)), "warn")
        elif opened.cohort is not None and opened.cohort.source.whole_stays:
            self.notice.say(
                self.tr(
                    "Whole stays are compared with a first-day question: no usable column says when an order starts. "
                    "Choose it below if the export has it."
                ),
                "warn",
            )
        elif unused := [header for table in opened.tables for header in table.unused]:
            text = self.tr("Every field that is needed has a column. Columns not used: {c}.")
            self.notice.say(text.format(c=", ".join(unused)), "good")
        else:
            self.notice.say(
                self.tr("Every column was recognised. Change one where it is wrong; the export is then read again."),
                "good",
            )

    def _columns_corrected(self, admissions: dict[str, list[str]], orders: dict[str, list[str]]) -> None:
        if self._session.opened is not None:
            self._read(corrections.with_columns(self._session.opened, admissions, orders))

    def _read(self, profile: Mapping[str, Any]) -> None:
        if self._free() and not self._session.correct(profile):
            self.show_session()

    def _free(self) -> bool:
        """Whether the export may be read again now; says why not."""
        if self._session.run.running:
            self._session.message.emit(self.tr("Pause the run first, then change how the export is read."), "warn")
            self.show_session()
            return False
        return True

    def _profile_chosen(self) -> None:
        chosen = self.profile.currentData()
        if chosen != "corrected" and self._free():
            self._session.corrections.remember(self._session.profile)
            self._session.read_again(chosen or None)

    def take_back(self) -> None:
        """Read as before the last change."""
        if self._session.corrections.any and self._free():
            self._session.read_again(self._session.corrections.undo())

    def start_over(self) -> None:
        """Read as the program finds it by itself."""
        if self._free():
            self._session.corrections.remember(self._session.profile)
            self._session.read_again(None)

    def save_profile(self, name: str | None = None) -> None:
        """Keep the columns as the user's own profile; asks for its name where none is given."""
        opened = self._session.opened
        if opened is None or opened.export is None:
            return
        if name is None:
            proposed = opened.profile.name.removesuffix(corrections.MARK)
            proposed = opened.path.stem if proposed == opened.profile.kind else proposed
            name, fine = QInputDialog.getText(
                self, self.tr("Save as profile"), self.tr("Name of the profile:"), text=proposed
            )
            if not fine or not self._may_replace(name):
                return
        try:
            path = save_own_profile(opened.export, name)
        except InputError as error:
            self._session.message.emit(str(error), "bad")
            return
        self._session.background.run(
            "profile", lambda: load_saved(path), lambda loaded: self._saved(path, *loaded), lambda _: None
        )

    def _saved(self, path: Path, profile: "Profile", changed: dict[str, Any]) -> None:
        self._session.adopt_profile(path, profile, changed)
        self.profile_saved.emit(str(path))
        self._session.message.emit(
            self.tr("The profile “{n}” is saved and will be used for the next exports.").format(n=path.stem), "good"
        )

    def _may_replace(self, name: str) -> bool:
        if not (profiles_folder() / f"{name.strip()}.yaml").exists():
            return True
        question = self.tr("There is a profile “{n}” already. Replace it?").format(n=name.strip())
        return QMessageBox.question(self, "LAMO Desktop", question) == QMessageBox.StandardButton.Yes

    def show_session(self) -> None:
        """Show what the session has; choices that were not carried out go back."""
        if self._session.opened is not None:
            self.show_opened(self._session.opened)

    def _refresh_progress(self) -> None:
        reading = self._session.reader.running and self._session.opened is not None
        if reading and self.progress.isHidden():
            self._pace.restart()
            self._show_reading("Opening", 0.0)
        self.progress.setVisible(reading)
        self.notice.setVisible(not reading)
        if reading:
            self.undo.setEnabled(False)

    def _show_reading(self, stage: str, share: float) -> None:
        self._pace.told(stage, share)
        words = self._pace.words() if share > 0 else ""
        title = self.tr("Reading again: {s}").format(s=said(stage))
        self.progress.show_progress(title, share if share > 0 else None, words)


def load_saved(path: Path) -> tuple["Profile", dict[str, Any]]:
    """A profile, and what it says that the shipped one of its kind does not."""
    from lamo_desktop.admissions.profile import differences, load_profile

    profile = load_profile(path)
    return profile, differences(profile.data, load_profile(profile.kind).data)


def absent_fields(opened: Opened) -> list[str]:
    """Titles of what a list can hardly do without, or be compared without, and no column is taken for."""
    if not opened.flat:
        return []
    held = {column.field for table in opened.tables for column in table.columns}
    wanted = {"age": {"age", "birth_date"}, "sex": {"sex"}, "orders": {"orders", "order_drug"}}
    return [field_title(field) for field, any_of in wanted.items() if not held & any_of]


def marks(opened: Opened) -> tuple[dict[str, int], dict[str, dict[int, str]]]:
    """Header row of each table, and what its columns (0-based) are used for, by the name the preview has for it."""
    header = {table.name: table.header_row for table in opened.tables if table.form}
    used: dict[str, dict[int, str]] = {}
    for table in opened.tables:
        words = {column_index(c.letter): field_title(c.field) for c in table.columns if c.letter}
        used.setdefault(table.name, {}).update(words)
    return header, used
