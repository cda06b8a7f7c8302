"""The tabs of the Validate page, one module for each few."""
