"""``python -m sandbox``: start the outside world on this machine."""

import argparse
import contextlib
import errno
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvicorn

from sandbox import app, box
from sandbox.config import PERSONALITIES, Config, from_environment, is_loopback


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 stopped, 1 could not start, 2 wrong usage."""
    arguments = _parser().parse_args(argv)
    if not is_loopback(arguments.host) and not arguments.allow_remote:
        sys.stderr.write(
            f"{arguments.host} is not an address of this machine alone. The sandbox lets anybody who reaches it play "
            "the lead; pass --allow-remote if that is what you want.\n"
        )
        return 2
    try:
        listener = _listen(arguments.host, arguments.port)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be opened ({error.strerror})"
        sys.stderr.write(f"Port {arguments.port} on {arguments.host} {reason}; choose another with --port.\n")
        return 1
    values: dict[str, Any] = {**from_environment(), **vars(arguments), "port": listener.getsockname()[1]}
    config = Config(**values)
    settings = uvicorn.Config(
        app.create_app(box.build(config)), log_level="warning", access_log=False, proxy_headers=False, lifespan="on"
    )
    sys.stdout.write(f"Sandbox: {config.base_url}  (seed {config.first_seed})\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(settings).run(sockets=[listener])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="HTTP fakes of the outside systems.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8900, help="port to listen on, 0 = any (default %(default)s)")
    parser.add_argument("--seed", type=int, help="repeat ids and mistakes; without it every start differs")
    parser.add_argument("--allow-remote", action="store_true", help="allow an address others can reach")
    parser.add_argument("--personality", choices=PERSONALITIES, default="competent", help="of the fake model")
    parser.add_argument("--state", dest="state_file", type=Path, help="keep people and messages in this JSON file")
    return parser


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket of our own, so that a busy port is noticed before anything starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's algorithm off only where it is.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


if __name__ == "__main__":
    sys.exit(main())
