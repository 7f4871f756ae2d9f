"""Every code that a finding or an error can have, explained once."""
