"""/api/v1 of the conversations: what integrators and the sandbox's page read."""
