"""What is measured: each work is a kind of request that a server is asked for."""
