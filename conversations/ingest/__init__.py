"""Stage 2 of the pipe: stored events become messages, receipts and takeovers."""
