"""The page Import: an export is opened, shown and its columns are mapped."""
