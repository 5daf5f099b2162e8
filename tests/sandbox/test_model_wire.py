"""The OpenAI-compatible endpoints answer in the shape of the captured samples."""

import base64
import json
import struct
from typing import Any

import httpx
import openai
import pytest

from tests.sandbox.briefs import brief
from tests.sandbox.outside import Outside, Product

KEY = {"authorization": "Bearer key"}
FORMAT = {"type": "json_schema", "json_schema": {"name": "resposta", "strict": True, "schema": {"type": "object"}}}
FAILURES = {
    "rate_limit": "error_429_rate_limit",
    "quota": "error_429_insufficient_quota",
    "server_error": "error_500",
    "overloaded": "error_503",
    "unauthorized": "error_401",
    "model_not_found": "error_404_model",
    "context_length": "error_400_context_length",
}


def shape(value: Any) -> Any:
    """Keys all the way down; lists by their first item, so that two bodies compare by form."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_a_completion_looks_like_the_sample(outside: Outside, payload: Any) -> None:
    answer = outside.chat(brief("oi"), response_format=FORMAT).json()

    assert shape(answer) == shape(payload("openai/chat_structured_output_200"))
    assert json.loads(answer["choices"][0]["message"]["content"]).keys() == {
        "reply", "facts", "intents", "sources", "unanswered_question", "move",
    }  # fmt: skip
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0


def test_the_official_client_understands_it(outside: Outside) -> None:
    client = openai.OpenAI(api_key="key", base_url=f"{outside.url}/v1", max_retries=0)

    completion = client.chat.completions.create(model="any", messages=[{"role": "user", "content": "oi"}])
    vectors = client.embeddings.create(model="any", input=["um", "dois"])

    assert "Seleto" in (completion.choices[0].message.content or "")
    assert [len(row.embedding) for row in vectors.data] == [1536, 1536]


@pytest.mark.parametrize(("mode", "sample"), FAILURES.items())
def test_failures_look_like_the_samples(mode: str, sample: str, outside: Outside, payload: Any) -> None:
    outside.admin("model", mode=mode, times=1)

    failed, good = outside.chat(brief("oi")), outside.chat(brief("oi"))

    assert failed.json() == payload(f"openai/{sample}")
    assert failed.status_code == int(sample.split("_")[1])
    assert good.status_code == 200
    assert ("retry-after" in failed.headers) == (mode == "rate_limit")


@pytest.mark.parametrize(
    ("mode", "sample"),
    [
        ("empty", "chat_empty_content_200"),
        ("refusal", "chat_refusal_200"),
        ("content_filter", "chat_content_filter_200"),
        ("length", "chat_length_200"),
    ],
)
def test_useless_answers_look_like_the_samples(mode: str, sample: str, outside: Outside, payload: Any) -> None:
    outside.admin("model", mode=mode, times=1)

    choice = outside.chat(brief("oi")).json()["choices"][0]

    wanted = payload(f"openai/{sample}")["choices"][0]
    assert choice["finish_reason"] == wanted["finish_reason"]
    assert bool(choice["message"]["content"]) == bool(wanted["message"]["content"])
    assert choice["message"]["refusal"] == wanted["message"]["refusal"]


@pytest.mark.parametrize(
    ("mode", "sign"),
    [
        ("price_leak", lambda data: "R$ 18.900" in data["reply"]),
        ("four_questions", lambda data: data["reply"].count("?") == 4),
        ("wrong_schema", lambda data: "reply" not in data),
    ],
)
def test_naughty_answers_are_counted_down(mode: str, sign: Any, outside: Outside) -> None:
    outside.admin("model", mode=mode, times=2)

    told = [json.loads(outside.chat(brief("oi")).json()["choices"][0]["message"]["content"]) for _ in range(3)]

    assert [sign(data) for data in told] == [True, True, False]


def test_broken_json_is_broken(outside: Outside) -> None:
    outside.admin("model", mode="broken_json")

    content = outside.chat(brief("oi")).json()["choices"][0]["message"]["content"]

    with pytest.raises(ValueError):
        json.loads(content)


@pytest.mark.parametrize("mode", ["hang", "slow"])
def test_a_model_that_does_not_answer_in_time(mode: str, outside: Outside) -> None:
    outside.admin("model", mode=mode, times=1)

    body = {"model": "any", "messages": [brief("oi")]}
    with pytest.raises(httpx.ReadTimeout):
        outside.http.post("/v1/chat/completions", json=body, headers=KEY, timeout=0.3)

    assert outside.chat(brief("oi")).status_code == 200


@pytest.mark.parametrize("path", ["chat/completions", "embeddings", "audio/transcriptions", "audio/speech"])
def test_a_key_is_required(path: str, outside: Outside, payload: Any) -> None:
    answer = outside.http.post(f"/v1/{path}", json={})

    assert (answer.status_code, answer.json()) == (401, payload("openai/error_401"))
    assert outside.http.get("/v1/models").status_code == 401


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"messages": []}', '{"model": "m", "messages": "x"}', '{"model": "m", "messages": []}']
)
def test_a_malformed_request_is_refused(body: str, outside: Outside) -> None:
    answer = outside.http.post("/v1/chat/completions", content=body, headers=KEY)

    assert answer.status_code == 400
    assert answer.json()["error"].keys() == {"message", "type", "param", "code"}


def test_wrong_addresses_answer_as_that_service_does(outside: Outside) -> None:
    assert outside.http.get("/v1/chat/completions").json()["error"]["type"] == "invalid_request_error"
    assert outside.http.get("/v1/models", headers=KEY).json()["data"][0]["id"] == "sandbox-sdr"


def test_a_request_that_is_no_brief_gets_the_emptiest_fitting_answer(outside: Outside) -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "size": {"type": ["integer", "null"]},
            "kind": {"enum": ["a", "b"]},
            "tags": {"type": "array", "items": {"type": "string"}},
            "either": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        },
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "other", "schema": schema}}

    content = outside.chat({"role": "user", "content": "resuma"}, response_format=wanted).json()["choices"][0]

    assert json.loads(content["message"]["content"]) == {
        "title": "", "size": None, "kind": "a", "tags": [], "either": False,
    }  # fmt: skip


def test_an_answer_through_a_tool_when_no_format_is_given(outside: Outside, payload: Any) -> None:
    tool = {"type": "function", "function": {"name": "resposta", "parameters": {"type": "object"}}}

    choice = outside.chat(brief("oi"), tools=[tool]).json()["choices"][0]

    wanted = payload("openai/chat_tool_calls_200")["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert shape(choice["message"]["tool_calls"]) == shape(wanted["message"]["tool_calls"])
    assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"])["reply"]


def test_a_required_tool_is_called_once(outside: Outside, payload: Any) -> None:
    asked = payload("openai/request_chat_tools")
    asked["tool_choice"] = "required"

    first = outside.chat(*asked["messages"], tools=asked["tools"], tool_choice="required").json()["choices"][0]
    call = first["message"]["tool_calls"][0]
    after = [*asked["messages"], first["message"], {"role": "tool", "tool_call_id": call["id"], "content": "ok"}]
    second = outside.chat(*after, tools=asked["tools"], tool_choice="required").json()["choices"][0]

    assert call["function"]["name"] == "salvar_dados_lead"
    assert json.loads(call["function"]["arguments"]) == {"nome": None, "cidade": None, "uf": None}
    assert (second["finish_reason"], bool(second["message"]["content"])) == ("stop", True)


def test_embeddings_look_like_the_sample_and_repeat(outside: Outside, payload: Any) -> None:
    asked = payload("openai/request_embeddings")

    one = outside.http.post("/v1/embeddings", json={**asked, "dimensions": 64}, headers=KEY).json()
    two = outside.http.post("/v1/embeddings", json={**asked, "dimensions": 64}, headers=KEY).json()

    assert shape(one) == shape(payload("openai/embeddings_200"))
    assert one == two
    assert [len(row["embedding"]) for row in one["data"]] == [64, 64]


def test_embeddings_of_like_texts_are_close(outside: Outside) -> None:
    texts = ["formadora de hambúrguer", "formadoras de hamburguer", "ensacadeira de linguiça"]

    rows = outside.http.post("/v1/embeddings", json={"model": "m", "input": texts}, headers=KEY).json()["data"]

    def near(left: int, right: int) -> float:
        pairs = zip(rows[left]["embedding"], rows[right]["embedding"], strict=True)
        return sum(float(one) * float(other) for one, other in pairs)

    assert near(0, 1) > near(0, 2)


def test_embeddings_in_base64_are_the_same_numbers(outside: Outside) -> None:
    body = {"model": "m", "input": "oi", "dimensions": 8}

    plain = outside.http.post("/v1/embeddings", json=body, headers=KEY).json()["data"][0]["embedding"]
    packed = outside.http.post("/v1/embeddings", json={**body, "encoding_format": "base64"}, headers=KEY).json()

    unpacked = struct.unpack("<8f", base64.b64decode(packed["data"][0]["embedding"]))
    assert list(unpacked) == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("given", ["", [], [""], None, 5])
def test_an_empty_embedding_input_is_refused(given: Any, outside: Outside) -> None:
    answer = outside.http.post("/v1/embeddings", json={"model": "m", "input": given}, headers=KEY)

    assert answer.status_code == 400


def transcribe(outside: Outside, name: str, data: bytes, **form: str) -> httpx.Response:
    files = {"file": (name, data, "audio/ogg")}
    return outside.http.post("/v1/audio/transcriptions", files=files, data={"model": "w", **form}, headers=KEY)


def test_a_voice_note_is_heard_under_any_name(outside: Outside, product: Product, payload: Any) -> None:
    outside.says("uns vinte quilos por dia", type="audio", duration_s=4)
    sound = outside.http.get(product.bodies[-1]["audio"]["audioUrl"]).content

    heard = transcribe(outside, "audio.ogg", sound).json()

    assert heard["text"] == "uns vinte quilos por dia"
    assert heard.keys() == payload("openai/transcription_json_200").keys()
    wanted = payload("openai/transcription_verbose_200")
    verbose = transcribe(outside, "audio.ogg", sound, response_format="verbose_json").json()
    assert verbose.keys() == wanted.keys()
    assert verbose["segments"][0].keys() == wanted["segments"][0].keys()
    assert transcribe(outside, "audio.ogg", sound, response_format="text").text == "uns vinte quilos por dia\n"


def test_a_registered_name_is_heard_and_an_unknown_one_is_silence(outside: Outside, payload: Any) -> None:
    outside.admin("transcripts", name="recado", text="bom dia")

    assert transcribe(outside, "recado.ogg", b"anything").json()["text"] == "bom dia"
    silence = transcribe(outside, "outro.ogg", b"OggS").json()
    assert silence["text"] == payload("openai/transcription_empty_200")["text"] == ""


def test_a_corrupt_voice_note_is_refused(outside: Outside, product: Product, payload: Any) -> None:
    outside.says("", type="audio", corrupt=True)
    sound = outside.http.get(product.bodies[-1]["audio"]["audioUrl"]).content

    answer = transcribe(outside, "audio.ogg", sound)

    assert (answer.status_code, answer.json()) == (400, payload("openai/error_400_invalid_audio"))


def test_calls_are_counted_and_their_bodies_shown_on_request(outside: Outside) -> None:
    outside.chat(brief("oi"))
    outside.admin("model", mode="quota", times=1)
    outside.chat(brief("oi"))

    short, full = outside.look("model/calls"), outside.look("model/calls", full="1")

    assert short["count"] == 2
    assert [(call["kind"], call["mode"], call["status"]) for call in short["calls"]] == [
        ("chat", "normal", 200),
        ("chat", "quota", 429),
    ]
    assert "bodies" not in short
    assert "<turno>" in full["bodies"][0]["request"]["messages"][0]["content"]


@pytest.mark.parametrize("body", [{"mode": "sulk"}, {"personality": "genius"}, {"times": "x"}])
def test_an_unknown_mode_is_refused(body: dict[str, str], outside: Outside) -> None:
    assert outside.http.post("/_sandbox/model", json=body).status_code == 400


def test_a_text_is_spoken_and_heard_as_the_same_text(outside):
    asked = {"model": "tts-1", "input": "A FB300 é semiautomática.", "voice": "nova", "response_format": "opus"}
    spoken = outside.http.post("/v1/audio/speech", json=asked, headers=KEY)

    assert (spoken.status_code, spoken.headers["content-type"]) == (200, "audio/ogg")
    files = {"file": ("audio.ogg", spoken.content, "audio/ogg")}
    heard = outside.http.post("/v1/audio/transcriptions", files=files, data={"model": "w"}, headers=KEY)
    assert heard.json()["text"] == "A FB300 é semiautomática."


@pytest.mark.parametrize(
    "wrong", [{"input": ""}, {"input": "a" * 4097}, {"voice": ""}, {"model": ""}, {"response_format": "mp3"}]
)
def test_what_cannot_be_spoken_is_refused(outside, wrong):
    asked = {"model": "tts-1", "input": "Olá", "voice": "nova", "response_format": "opus", **wrong}

    assert outside.http.post("/v1/audio/speech", json=asked, headers=KEY).status_code == 400
