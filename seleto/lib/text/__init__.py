"""Portuguese text foundations shared by guardrails, extraction and search: fold, reading, numbers."""
