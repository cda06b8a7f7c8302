"""LAMO Desktop: medication recommendation on a hospital's own admissions, offline."""

__version__ = "0.6.0"  # the one place: the package, the bundle, the installer and every workbook take it from here
