"""The dialog that deletes what the program keeps on this computer: it says what there is, and what stays."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from lamo_desktop.jobs import local_data
from lamo_desktop.jobs.local_data import JOBS, LOGS, OTHER, OWN, SETTINGS, WEIGHTS, Kept
from lamo_desktop.paths import data_dir
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Notice, label


class PurgeDialog(QDialog):
    """Choose kinds of data; `chosen` are those when it was accepted. Jobs and logs are chosen at first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Delete local data"))
        self.setMinimumWidth(em(34))
        self._kept = local_data.kept()
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(em(1.2), em(1.2), em(1.2), em(1))
        layout.setSpacing(em(0.7))
        layout.addWidget(label(self.tr("What this program keeps on this computer"), "heading"))
        layout.addWidget(label(str(data_dir()), "small", wrap=True))
        self.boxes: dict[str, QCheckBox] = {}
        for item in self._kept:
            layout.addWidget(self._box(item))
        if not self._kept:
            layout.addWidget(label(self.tr("Nothing is kept."), "muted"))
        stays = self.tr(
            "Deleted for good, without a waste basket. Files you exported, and the exports you opened, stay where they "
            "are; so do copies in backups of this computer."
        )
        layout.addWidget(Notice(stays, "warn"))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.delete = self.buttons.addButton(self.tr("&Delete for good"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)
        self._allow()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """As high as its sentences need at this width."""
        super().showEvent(event)
        width = max(self.width(), self._layout.totalMinimumSize().width())
        self.resize(width, self._layout.totalHeightForWidth(width))

    @property
    def chosen(self) -> list[Kept]:
        """The kinds that are ticked."""
        return [item for item in self._kept if self.boxes[item.kind].isChecked()]

    def _box(self, item: Kept) -> QCheckBox:
        titles = {
            JOBS: self.tr("Jobs: admissions, scores, marks (patient data)"),
            LOGS: self.tr("Log of the program (no patient data)"),
            OWN: self.tr("Saved import profiles and confirmed drug names"),
            WEIGHTS: self.tr("Model weights prepared for this computer (made again when needed)"),
            SETTINGS: self.tr("Layout and colours of the window"),
            OTHER: self.tr("Other files in the program's folder"),
        }
        amount = self.tr("files: {n}, {size}").format(n=item.n_files, size=local_data.in_words(item.n_bytes))
        box = QCheckBox(f"{titles[item.kind]} · {amount}")
        box.setChecked(item.kind in (JOBS, LOGS, OTHER))
        box.toggled.connect(self._allow)
        self.boxes[item.kind] = box
        return box

    def _allow(self) -> None:
        self.delete.setEnabled(bool(self.chosen))
