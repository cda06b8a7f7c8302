"""Help, the log, about, and what deletes kept jobs."""
