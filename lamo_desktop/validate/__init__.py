"""Does the model hold at this hospital: recommendations against what clinicians ordered."""

from lamo_desktop.validate.outcomes import Outcomes, from_recommendations
from lamo_desktop.validate.validation import Validation, ValidationOptions, validate

__all__ = ["Outcomes", "Validation", "ValidationOptions", "from_recommendations", "validate"]
