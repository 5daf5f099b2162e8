"""What the sandbox needs to know at start: its own address, the product's, and the credentials both sides agreed on."""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PERSONALITIES = ("competent", "careless")


@dataclass(frozen=True)
class Config:
    """``seed`` None draws one at start, so that two runs never repeat a message id the product already knows.

    ``real_model`` names the language model the product talks to when it is not the one in here. Chatwoot posts
    nothing while ``chatwoot_webhook_url`` is empty.
    """

    host: str = "127.0.0.1"
    port: int = 8900
    allow_remote: bool = False
    seed: int | None = None
    personality: str = "competent"
    state_file: Path | None = None
    webhook_url: str = "http://127.0.0.1:8000/webhooks/zapi/whatsapp/sandbox/"
    product_url: str = "http://127.0.0.1:8000"
    api_token: str = ""
    real_model: str = ""
    instance_id: str = "3C0000000000000000000000000000AA"
    instance_token: str = "sandbox-instance-token"  # noqa: S105 - a fictional credential of a fake
    client_token: str = "sandbox-client-token"  # noqa: S105 - a fictional credential of a fake
    chatwoot_webhook_url: str = ""
    chatwoot_cloud_webhook_url: str = ""
    chatwoot_user_token: str = "sandbox-chatwoot-user-token"  # noqa: S105 - a fictional credential of a fake
    chatwoot_bot_token: str = "sandbox-chatwoot-bot-token"  # noqa: S105 - a fictional credential of a fake
    chatwoot_secret: str = "sandbox-chatwoot-secret"  # noqa: S105 - a fictional credential of a fake
    cloud_webhook_url: str = "http://127.0.0.1:8000/webhooks/whatsapp/nuvem/"
    cloud_number_id: str = "106000000000001"
    cloud_waba_id: str = "102000000000001"
    cloud_token: str = "sandbox-cloud-token"  # noqa: S105 - a fictional credential of a fake
    cloud_app_secret: str = "sandbox-cloud-app-secret"  # noqa: S105 - a fictional credential of a fake
    piperun_token: str = "5a4d0b0c5a4d0b0c5a4d0b0c5a4d0b0c"  # noqa: S105 # pragma: allowlist secret - a fake's
    drawn_seed: int = field(default_factory=lambda: secrets.randbelow(2**31))

    @property
    def base_url(self) -> str:
        """Where the product finds this program; used in media addresses."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def first_seed(self) -> int:
        return self.drawn_seed if self.seed is None else self.seed


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The fields of :class:`Config` that ``SANDBOX_*`` variables set; an empty variable counts as unset."""
    keys = {
        "SANDBOX_WEBHOOK_URL": "webhook_url",
        "SANDBOX_PRODUCT_URL": "product_url",
        "SANDBOX_API_TOKEN": "api_token",
        "SANDBOX_REAL_MODEL": "real_model",
        "SANDBOX_INSTANCE_ID": "instance_id",
        "SANDBOX_INSTANCE_TOKEN": "instance_token",
        "SANDBOX_CLIENT_TOKEN": "client_token",
        "SANDBOX_CHATWOOT_WEBHOOK_URL": "chatwoot_webhook_url",
        "SANDBOX_CHATWOOT_CLOUD_WEBHOOK_URL": "chatwoot_cloud_webhook_url",
        "SANDBOX_CHATWOOT_USER_TOKEN": "chatwoot_user_token",
        "SANDBOX_CHATWOOT_BOT_TOKEN": "chatwoot_bot_token",
        "SANDBOX_CHATWOOT_SECRET": "chatwoot_secret",  # pragma: allowlist secret
        "SANDBOX_CLOUD_WEBHOOK_URL": "cloud_webhook_url",
        "SANDBOX_CLOUD_NUMBER_ID": "cloud_number_id",
        "SANDBOX_CLOUD_WABA_ID": "cloud_waba_id",
        "SANDBOX_CLOUD_TOKEN": "cloud_token",
        "SANDBOX_CLOUD_APP_SECRET": "cloud_app_secret",  # pragma: allowlist secret
        "SANDBOX_PIPERUN_TOKEN": "piperun_token",
    }
    return {name: environ[key] for key, name in keys.items() if environ.get(key)}


def is_loopback(host: str) -> bool:
    """Whether listening on ``host`` stays on this machine. A name other than localhost counts as remote."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
