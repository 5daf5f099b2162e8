"""The CRM's pages; Django finds them through this module."""

from crm.admin import cities, configuration, drift, lead, queue

__all__ = ["cities", "configuration", "drift", "lead", "queue"]
