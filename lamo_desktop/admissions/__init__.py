"""From a hospital's export to the Cohort: profiles, table readers, note sections.

`read_cohort` and `load_profile` are loaded when first asked for: the scoring worker needs only the nouns of this
room, and not the table libraries.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lamo_desktop.admissions.profile import Profile, load_profile
    from lamo_desktop.admissions.read import detect_kind, read_cohort, read_export

__all__ = ["Profile", "detect_kind", "load_profile", "read_cohort", "read_export"]


def __getattr__(name: str) -> Any:
    if name in {"Profile", "load_profile"}:
        from lamo_desktop.admissions import profile

        return getattr(profile, name)
    if name in {"detect_kind", "read_cohort", "read_export"}:
        from lamo_desktop.admissions import read

        return getattr(read, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
