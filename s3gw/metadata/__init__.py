"""Exports of the metadata: all that the database knows, as a stream of bytes, and back."""
