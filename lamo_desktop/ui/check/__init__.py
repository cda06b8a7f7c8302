"""The page Check: what was read of the export, what was left out and why."""
