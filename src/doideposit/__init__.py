"""Registers DOIs for numbered commentaries with Crossref."""
