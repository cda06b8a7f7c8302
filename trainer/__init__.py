"""The trainer: a cohort with clinicians' orders becomes a model package that the desktop runs."""
