"""Which profile an export is read with: found by what is there, one that is shipped, or one of the user's own."""

from pathlib import Path

from lamo_desktop.admissions.site_files import own_profiles
from lamo_desktop.ui.kit.widgets import Dropdown
from lamo_desktop.ui.settings import settings

REMEMBERED = "import/profile"


class ProfileChooser(Dropdown):
    """`currentData` is "" (detect), a shipped kind, or the path of an own profile."""

    def __init__(self) -> None:
        super().__init__(letters=20)
        self.setAccessibleName(self.tr("Profile to read with"))
        self.reload()

    def reload(self, chosen: str | None = None) -> None:
        """List what there is now; `chosen` is what to stand on, default: what is chosen."""
        wanted = self.currentData() if chosen is None else chosen
        shipped = (
            (self.tr("Detect from the files"), ""),
            (self.tr("Workbook or CSV, one row per admission"), "flat"),
            (self.tr("eICU-CRD tables"), "eicu"),
            (self.tr("MIMIC-III tables"), "mimic3"),
            (self.tr("MIMIC-IV tables"), "mimic4"),
        )
        self.blockSignals(True)
        self.clear()
        for text, name in shipped:
            self.addItem(text, name)
        own = own_profiles()
        if own:
            self.insertSeparator(self.count())
        for path in own:
            self.addItem(self.tr("Own profile: {n}").format(n=path.stem), str(path))
        self.setCurrentIndex(max(0, self.findData(wanted)) if wanted else 0)
        self.blockSignals(False)

    def choose_remembered(self) -> None:
        """Stand on the own profile that was used last, if it is still there."""
        name = str(settings().value(REMEMBERED, "", type=str))
        path = next((path for path in own_profiles() if path.stem == name), None)
        if path is not None:
            self.reload(str(path))


def remember(profile: str) -> None:
    """Use this own profile again after the next start; anything else is not remembered."""
    path = Path(profile)
    if profile and path in own_profiles():
        settings().setValue(REMEMBERED, path.stem)
    else:
        settings().remove(REMEMBERED)
