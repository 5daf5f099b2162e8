"""How fast and how frugal the pipe is, measured on this machine over the real processes."""
