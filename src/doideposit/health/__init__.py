"""A series in good health: what its landing pages show, and what is missing, double or misspelt in it."""
