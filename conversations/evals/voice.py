"""A simulated lead's words said by a model: the state machine still decides what is told."""

import httpx

from conversations.agent.endpoints import Endpoint
from conversations.evals.people import Persona
from conversations.evals.simulated import Voice
from seleto.lib import http
from seleto.lib.text.fold import fold

_ASK = (
    "Reescreva a mensagem de WhatsApp abaixo como a escreveria uma pessoa de estilo «{style}». Mantenha todos os nomes,"
    " números e pedidos, não acrescente nada, responda só com a mensagem.\n\n{text}"
)
_CONNECT_S, _READ_S = 5, 25
_MAX_CHARS = 600


def by(endpoint: Endpoint) -> Voice:
    """The model of ``endpoint`` rewords each message; what loses a name or a number is said as it was."""
    client = http.session("voice", connect_s=_CONNECT_S, read_s=_READ_S)

    def say(text: str, persona: Persona) -> str:
        body = {
            "model": endpoint.model,
            "messages": [{"role": "user", "content": _ASK.format(style=persona.style, text=text)}],
        }
        headers = {"Authorization": f"Bearer {endpoint.api_key}"}
        try:
            answer = client.post(f"{endpoint.base_url}/chat/completions", json=body, headers=headers)
            said = str(answer.raise_for_status().json()["choices"][0]["message"]["content"]).strip()
        except (httpx.HTTPError, ValueError, LookupError, TypeError):
            return text
        return said if said and len(said) <= _MAX_CHARS and _keeps(text, said) else text

    return say


def _keeps(text: str, said: str) -> bool:
    """Whether every name and number of the text is still there."""
    words = [word.strip(".,!?") for word in text.split()]
    kept = [word for word in words if word[:1].isupper() or any(char.isdigit() for char in word)]
    return all(fold(word) in fold(said) for word in kept)
