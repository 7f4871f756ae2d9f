"""Plans as files: what would be sent, for a second person to read, applied as it is or refused."""
