"""The prompt-injection suite: what leads plant, what a model that falls for it answers, what must not come of it."""
