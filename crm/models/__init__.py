"""Where our leads stand in the CRM."""

from crm.models.settings import CrmOrigin, CrmSettings
from crm.models.sync import CityLink, CrmCall, CrmLink, CrmSync, Drift, Reconciliation

__all__ = ["CityLink", "CrmCall", "CrmLink", "CrmOrigin", "CrmSettings", "CrmSync", "Drift", "Reconciliation"]
