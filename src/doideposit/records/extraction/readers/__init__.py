"""Readers of documents, one module for each format; each gives a `Manuscript`."""
