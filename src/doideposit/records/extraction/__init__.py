"""Finished documents: a commentary as its author or printer hands it over, read into the draft of its record."""
