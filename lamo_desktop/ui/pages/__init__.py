"""The six pages of the flow, one module each."""
