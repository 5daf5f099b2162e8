"""Switches: of all scopes that apply to a conversation, one that is off wins."""

from knowledge import queries

# What holds while nobody has stored a global row.
DEFAULTS = {"agent_enabled": True, "follow_ups": False, "describe_images": False, "audio_out": False}


def is_on(name: str, *, channel: str = "", origin: str = "") -> bool:
    """Whether the switch is on for that channel slug and origin. Raises `KeyError` for an unknown name."""
    stored = queries.flags()
    if not stored.get((name, "global"), DEFAULTS[name]):
        return False
    return stored.get((name, f"channel:{channel}"), True) and stored.get((name, f"origin:{origin}"), True)
