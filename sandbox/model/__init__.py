"""The fake of an OpenAI-compatible server: the wire, and a rule-based sales assistant behind it."""
