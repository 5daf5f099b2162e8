"""Incidents played in the sandbox, so that people and runbooks are tried before the real thing."""
