"""`make security FULL=1`: the fuzzers in slices, each by a seed of its own; what was done is not done again.

    python -m tests.security [--seed 1] [--slices 25] [--minutes 15]

A slice asks about 5,000 times: 1,300 calls to each of the webhooks, the rest to the API by its schema. Seeds that
passed stand in `.data/security-seeds`; remove the file to begin anew.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

DONE = Path(".data/security-seeds")
FUZZERS = ["tests/security/test_webhook_fuzz.py", "tests/security/test_api_schema.py"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.security")
    parser.add_argument("--seed", type=int, default=1, help="of the first slice")
    parser.add_argument("--slices", type=int, default=25)
    parser.add_argument("--minutes", type=float, default=15, help="no slice begins after so long")
    asked = parser.parse_args()
    until = time.monotonic() + asked.minutes * 60
    done = set(DONE.read_text(encoding="utf-8").split()) if DONE.exists() else set()
    for seed in map(str, range(asked.seed, asked.seed + asked.slices)):
        if seed in done:
            continue
        if time.monotonic() > until:
            print(f"The time is over before slice {seed}; the same command goes on there.")
            break
        command = [sys.executable, "-m", "pytest", "-q", "-s", *FUZZERS]
        if subprocess.run(command, env={**os.environ, "SEED": seed}, check=False).returncode:
            print(f"Slice {seed} found something: SEED={seed} pytest {' '.join(FUZZERS)}")
            return 1
        DONE.parent.mkdir(exist_ok=True)
        with DONE.open("a", encoding="utf-8") as file:
            file.write(f"{seed}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
