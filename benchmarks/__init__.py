"""Speed against other tools, as ratios: `python -m benchmarks`."""
