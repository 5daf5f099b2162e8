"""Read-only tables that ship with the product."""
