"""Measurements: what is saved, and how fast it is beside others. `docs/benchmarks.md` shows results."""
