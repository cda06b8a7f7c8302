"""What may be said about a fault of ours: its kind and place, never its text, which might hold patient data."""

from lamo_desktop.errors import fault

__all__ = ["fault"]
