"""A fake Chatwoot that follows contracts/chatwoot.md: the application API, its webhooks, and what SDRs do in it."""
