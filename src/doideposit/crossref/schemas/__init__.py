"""Crossref's schema bundles: pinned by a lock, fetched on first need, verified whenever they are read."""
