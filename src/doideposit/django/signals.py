"""Tell the site what became of a DOI.

Receivers get `sender` (the model), `instance` (the object, or None when it was deleted) and `state` (`DoiState`). One
that fails is logged and stops nothing.
"""

from django.dispatch import Signal

__all__ = ["doi_needs_attention", "doi_registered"]

doi_registered = Signal()
doi_needs_attention = Signal()
