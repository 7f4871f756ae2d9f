"""What is wrong with a set-up, and what to do: every check a value, every failure a line."""
