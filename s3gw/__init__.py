"""An S3-compatible object gateway that stores every byte once."""
