"""Give up what is not needed, then run one of the programs beside this file. Called by ``run`` and nobody else."""

import json
import resource
import runpy
import sys


def main() -> None:
    program, limits, *arguments = sys.argv[1:]
    seconds, memory, file_size = (int(value) for value in limits.split(","))
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(kind, (most, most))
    try:
        found = runpy.run_path(program)["main"](*arguments)
    except MemoryError:
        found = {"erro": "memoria"}
    except Exception:  # noqa: BLE001 - whatever a decoder makes of a stranger's file
        found = {"erro": "ilegivel"}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
