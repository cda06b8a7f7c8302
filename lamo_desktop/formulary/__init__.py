"""Drug text to ingredients, drug classes, allergy and interaction tables. See resources/formulary/README.md."""

from lamo_desktop.formulary.formulary import Formulary, load_formulary
from lamo_desktop.formulary.order_text import Mapped
from lamo_desktop.formulary.rules import SEVERITIES, Severity
from lamo_desktop.formulary.safety_tables import AllergyHit, Interaction
from lamo_desktop.formulary.site_names import SiteName, confirmed_names, write_site_names
from lamo_desktop.formulary.suggestions import Suggestion

__all__ = [
    "SEVERITIES",
    "AllergyHit",
    "Formulary",
    "Interaction",
    "Mapped",
    "Severity",
    "SiteName",
    "Suggestion",
    "confirmed_names",
    "load_formulary",
    "write_site_names",
]
