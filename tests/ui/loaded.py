"""What the window's processes need, loaded once; see prepared.py."""

import lamo_desktop.admissions.read
import lamo_desktop.review.questions
import lamo_desktop.ui.workers.lookups
import lamo_desktop.ui.workers.offload  # noqa: F401
from lamo_desktop.admissions.profile import load_profile
from lamo_desktop.formulary import load_formulary

load_formulary()
load_profile("flat")
