"""Deposit XML from commentaries: complete, in the schema's order, and the same bytes for the same input."""
