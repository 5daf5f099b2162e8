"""The fake of Z-API: what ``contracts/zapi.md`` describes, on the wire."""
