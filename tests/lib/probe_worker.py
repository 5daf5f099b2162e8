"""A worker with the probe's cluster alone: ``python -m tests.lib.probe_worker``. Settings come from the environment."""

import os

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.lib.probe_settings"
    django.setup()
    from seleto.lib.supervisor import Supervisor
    from tests.lib import probe

    probe.register()
    Supervisor({probe.CLUSTER: 2}).run()


if __name__ == "__main__":
    main()
