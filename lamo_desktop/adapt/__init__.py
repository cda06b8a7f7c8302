"""A package learns a hospital: what its own past admissions say beyond the package, and what that is worth there."""

from lamo_desktop.adapt.adaptation import Adaptation, OwnDrug, StateHead, adapt
from lamo_desktop.adapt.rows import SiteRows

__all__ = ["Adaptation", "OwnDrug", "SiteRows", "StateHead", "adapt"]
