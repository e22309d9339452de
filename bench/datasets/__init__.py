"""Data sets for measuring savings: each module makes one, version after version, the same bytes from the same
seed (for one version of the libraries that write them)."""
