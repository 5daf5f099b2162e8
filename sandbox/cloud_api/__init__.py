"""A fake WhatsApp Cloud API that follows its contract: the Graph's calls, its webhooks, and its window."""
