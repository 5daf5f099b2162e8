"""How gunicorn serves the web process, wherever it runs. Sizes come from the environment; see .env.example."""

import os
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108

bind = os.environ.get("WEB_BIND") or "127.0.0.1:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES") or 2)
threads = int(os.environ.get("WEB_THREADS") or 16)
# Longer than the longest request; webhooks only store, so that none is cut by a deployment.
graceful_timeout = 15
timeout = 60
keepalive = 65
# In memory where it can be: a worker's sign of life must not wait for a disk.
worker_tmp_dir = str(_MEMORY) if _MEMORY.is_dir() else None
# The proxy in front writes the access log.
accesslog = None
control_socket_disable = True
