"""Trying a prompt before it is published: a few conversations thought through with it and with the published one."""
