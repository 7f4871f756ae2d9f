"""Crossref: its names, schemas, XML, wire protocol and result logs."""
