"""Z-API, the primary WhatsApp provider."""
