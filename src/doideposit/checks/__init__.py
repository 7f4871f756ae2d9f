"""What the XSD cannot say: editorial and registry rules, one small function each, and what every code means.

`rules.evaluation.check` looks at one record, `check_together` at all records of a run; `catalogue.entries.CATALOGUE`
explains every code, those of other parts included. The configuration needs no rules, and a check no catalogue.
"""
