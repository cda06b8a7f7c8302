"""Drug text to ingredients, drug classes, allergy and interaction tables. See resources/formulary/README.md."""

from lamo_desktop.formulary.fixed_combinations import as_ordered, product_of, shown_name, without_parts
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
    "as_ordered",
    "confirmed_names",
    "load_formulary",
    "product_of",
    "shown_name",
    "without_parts",
    "write_site_names",
]
