"""Stage 1 of the pipe: verify, store the raw event, wake ingest, answer."""
