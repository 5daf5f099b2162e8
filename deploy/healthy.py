"""Whether the web process of this container answers: exit code 0. Asked by the image's health check."""

import os
import sys
import urllib.request

port = (os.environ.get("WEB_BIND") or ":8000").rpartition(":")[2]
# A name that the process answers to; any other is refused as a forged one.
host = (os.environ.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip().lstrip(".")
request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - of ourselves
    sys.exit(answer.status != 200)
