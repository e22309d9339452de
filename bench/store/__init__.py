"""What the store itself costs: rows that describe chunks, scrubbing, a backend that is down."""
