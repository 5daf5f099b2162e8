"""Events for other programs: webhooks that we send, signed as Standard Webhooks says."""
