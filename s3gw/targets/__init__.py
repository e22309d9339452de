"""Where events are told: one small interface, and what speaks to each kind of service."""
