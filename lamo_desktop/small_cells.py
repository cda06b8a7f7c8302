"""The smallest group that is shown, where nothing else is asked: groups of 1 to 10 could tell who is in them.

The number follows the cell-size policy of the US Centers for Medicare & Medicaid Services.
"""

SMALL_CELL = 11  # admissions
