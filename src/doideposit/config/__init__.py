"""The configuration: ``doideposit.toml`` below the environment below the flags, and passwords by reference."""
