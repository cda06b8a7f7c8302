"""What every page is made of: theme, widgets, tables, plots, and the words of the core in the window's language."""
