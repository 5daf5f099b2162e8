"""The parts of the sandbox in one place, and the state file they share."""

import contextlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.model.server import ModelServer
from sandbox.world import World
from sandbox.zapi.hooks import Hooks
from sandbox.zapi.provider import Provider


@dataclass
class Box:
    config: Config
    world: World
    clock: Clock
    faults: Faults
    hooks: Hooks
    provider: Provider
    model: ModelServer

    def reset(self, seed: int | None = None) -> None:
        """Back to the beginning: people, messages, faults, model, clock. Webhooks on their way are forgotten."""
        self.provider.reset()
        self.world.reset(seed)
        self.faults.clear()
        if seed is not None:
            self.faults.reseed(seed)
        self.model.reset()
        self.clock.reset()

    def save(self, path: Path) -> None:
        """Write the snapshot whole or not at all."""
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=path.name, suffix=".tmp", delete=False
        ) as file:
            json.dump(self.world.snapshot(), file, ensure_ascii=False)
        Path(file.name).replace(path)

    def load(self, path: Path) -> None:
        """Take up a snapshot if there is a readable one; a broken file starts anew."""
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            self.world.restore(json.loads(path.read_text(encoding="utf-8")))


def build(config: Config) -> Box:
    world, clock = World(config.first_seed), Clock()
    faults = Faults(config.first_seed)
    hooks = Hooks(faults=faults, instance_token=config.instance_token)
    provider = Provider(config=config, world=world, clock=clock, hooks=hooks)
    model = ModelServer(world=world, clock=clock, personality=config.personality)
    return Box(config, world, clock, faults, hooks, provider, model)
