"""The parts of the sandbox in one place, and the state file they share."""

import contextlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sandbox.chatwoot.desk import Desk
from sandbox.chatwoot.records import Records
from sandbox.chatwoot.webhooks import TIMEOUT_S
from sandbox.clock import Clock
from sandbox.cloud_api.provider import CloudNumber
from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.hooks import Hooks
from sandbox.model.server import ModelServer
from sandbox.piperun.calls import Calls
from sandbox.piperun.records import Records as CrmRecords
from sandbox.world import World
from sandbox.zapi.provider import Provider


@dataclass
class Box:
    config: Config
    world: World
    clock: Clock
    faults: Faults
    hooks: Hooks
    provider: Provider
    cloud: CloudNumber
    model: ModelServer
    desk: Desk
    crm: CrmRecords
    crm_calls: Calls

    @property
    def version(self) -> tuple[int, int, int]:
        """Changes whenever something worth keeping did."""
        return self.world.version, self.desk.records.version, self.crm.version

    @property
    def webhooks_pending(self) -> int:
        return self.hooks.pending + self.desk.hooks.pending

    def reset(self, seed: int | None = None) -> None:
        """Back to the beginning: people, messages, faults, model, clock. Webhooks on their way are forgotten."""
        self.provider.reset()
        self.cloud.reset()
        self.desk.reset(seed)
        self.crm.reset(seed)
        self.crm_calls.clear()
        self.world.reset(seed)
        self.faults.clear()
        if seed is not None:
            self.faults.reseed(seed)
        self.model.reset()
        self.clock.reset()

    def save(self, path: Path) -> None:
        """Write the snapshot whole or not at all."""
        parts = {"chatwoot": self.desk.records.snapshot(), "piperun": self.crm.snapshot()}
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=path.name, suffix=".tmp", delete=False
        ) as file:
            json.dump(self.world.snapshot() | parts, file, ensure_ascii=False)
        Path(file.name).replace(path)

    def load(self, path: Path) -> None:
        """Take up a snapshot if there is a readable one; a broken file starts anew."""
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.world.restore(kept)
            if "chatwoot" in kept:
                self.desk.records.restore(kept["chatwoot"])
            if "piperun" in kept:
                self.crm.restore(kept["piperun"])


def build(config: Config) -> Box:
    world, clock = World(config.first_seed), Clock()
    faults = Faults(config.first_seed)
    hooks = Hooks(faults=faults, headers={"z-api-token": config.instance_token})
    provider = Provider(config=config, world=world, clock=clock, hooks=hooks)
    cloud = CloudNumber(config=config, world=world, clock=clock, hooks=hooks)
    model = ModelServer(world=world, clock=clock, personality=config.personality)
    crm, calls = CrmRecords(config.first_seed, token=config.piperun_token, clock=clock), Calls(clock)
    return Box(config, world, clock, faults, hooks, provider, cloud, model, _desk(config, clock, faults), crm, calls)


def _desk(config: Config, clock: Clock, faults: Faults) -> Desk:
    records = Records(
        config.first_seed,
        user_token=config.chatwoot_user_token,
        bot_token=config.chatwoot_bot_token,
        secret=config.chatwoot_secret,
        webhook_url=config.chatwoot_webhook_url,
        cloud_webhook_url=config.chatwoot_cloud_webhook_url,
    )
    hooks = Hooks(faults=faults, timeout_s=TIMEOUT_S, clock=clock)
    return Desk(records=records, clock=clock, hooks=hooks, base_url=f"{config.base_url}/chatwoot")
