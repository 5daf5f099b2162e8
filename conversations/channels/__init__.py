"""Adapters to messaging providers: dataclasses in and out, no models, no database, no queue."""
