"""LAMO Desktop: medication recommendation on a hospital's own admissions, offline."""
