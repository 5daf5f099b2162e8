"""`/api/v1` for other programs: what they read of leads, conversations and knowledge, and what they may do."""
