"""Register the DOIs of a Django site: a mixin for models, an admin with "Register DOI", commands, and template tags.

Put `"doideposit.django"` into `INSTALLED_APPS` and say in `DOIDEPOSIT_CONFIG` where `doideposit.toml` lies.
"""
