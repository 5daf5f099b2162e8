"""Meta's WhatsApp Cloud API (contracts/whatsapp-cloud.md)."""
