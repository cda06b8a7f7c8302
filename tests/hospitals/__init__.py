"""Exports as hospitals write them: headers from a pool, files from real admissions, and the truth about each."""
