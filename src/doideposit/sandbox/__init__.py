"""A simulated Crossref for tests, demonstrations and first steps: pure, on an injected clock, with fault switches.

Nothing here imports a web server; `doideposit.sandbox.server` puts the same object behind HTTP, and
`doideposit.sandbox.registrar` makes it a registrar in process.
"""
