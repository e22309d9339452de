"""Real clients against a running gateway, or any other S3 endpoint."""
