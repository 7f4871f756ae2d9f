"""What the XSD cannot say: editorial and registry rules, one small function each."""
