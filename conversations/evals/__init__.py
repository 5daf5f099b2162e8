"""Scripted conversations and what must hold after them: schema, player, assertions, shipped cases (``cases/``).

The format is that of the labelled conversations (``eval/README.md``, section 3). The player speaks to running
processes over HTTP and the shared clock; it starts them in ``installation`` and knows them by address alone.
"""
