"""`make bench-savings`: what the data sets take here, in restic and in borg, with all metadata counted."""
