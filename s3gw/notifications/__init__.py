"""Notifications of events: which a bucket wants told to whom, and what is told. Pure."""
