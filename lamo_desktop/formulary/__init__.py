"""Drug text to ingredients, drug classes, allergy and interaction tables. See resources/formulary/README.md."""

from lamo_desktop.formulary.formulary import Formulary, load_formulary
from lamo_desktop.formulary.order_text import Mapped
from lamo_desktop.formulary.safety_tables import AllergyHit, DuplicateClass, Interaction

__all__ = ["AllergyHit", "DuplicateClass", "Formulary", "Interaction", "Mapped", "load_formulary"]
