"""The memory: what was submitted, under which name and timestamp, and what became of it."""
