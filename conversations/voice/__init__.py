"""Replies that are heard: the very text that was reviewed, spoken by any OpenAI-compatible endpoint.

``notes`` decides and makes the file; ``endpoint`` asks for it. Only where the switch ``audio_out`` is on.
"""
