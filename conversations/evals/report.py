"""The report of an evaluation: figures and failures as JSON, and as a page for people."""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from conversations.evals.figures import SCRIPTED, SIMULATED, Run, percentile, share, summary
from conversations.evals.suites import LONG

# How the model that is asked is told apart from the rule-based stand-in.
STAND_IN = "modelo substituto por regras (sandbox)"
NOT_MEASURED = (
    "Qualidade da redação (naturalidade, empatia, concisão): exige um modelo real e um juiz.",
    "Juízo por modelo (prompt juiz) sobre as transcrições.",
    "Latência e custo de produção: dependem do modelo e do endereço configurados.",
)
_TURN_30 = 30
_WINDOW = 3
_SHOWN = 60


def document(
    runs: Sequence[Run], *, about: Mapping[str, Any], construction_ms: float | None, stand_in: bool
) -> dict[str, Any]:
    """The whole report as one JSON object. ``about``: model, prompt version, date, seed, runs, form."""
    everything = summary([run for run in runs if run.suite != LONG])
    suites = {name: summary([run for run in runs if run.suite == name]) for name in (SCRIPTED, SIMULATED)}
    growth = _growth([run for run in runs if run.suite == LONG])
    figures = {**everything, **growth, "construcao_ms": construction_ms}
    return {
        **about,
        "figures": figures,
        "suites": {name: found for name, found in suites.items() if found["conversas"]},
        "targets": _targets(figures, share(run.passed for run in runs if run.suite == SCRIPTED and not run.number)),
        "not_measured": list(NOT_MEASURED if stand_in else NOT_MEASURED[:2]),
        "failures": [_failure(run) for run in runs if not run.passed],
    }


def write(found: Mapping[str, Any], folder: Path) -> tuple[Path, Path]:
    """``report.json`` and ``report.html`` in ``folder``. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    data, page = folder / "report.json", folder / "report.html"
    data.write_text(as_json(found), encoding="utf-8")
    page.write_text(html(found), encoding="utf-8")
    return data, page


def as_json(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1)


def text(found: Mapping[str, Any]) -> str:
    """For a terminal: targets, the main figures, what failed."""
    figures, failures = found["figures"], found["failures"]
    lines = [_heading(found), ""]
    for row in found["targets"]:
        mark = "–" if row["held"] is None else "✓" if row["held"] else "✗"
        lines.append(f" {mark} {row['what']}: {_said(row['value'])} (meta {row['limit']})")
    lines += ["", *(f"   {label}: {_said(figures.get(key))}" for key, label in _LABELS.items())]
    lines += ["", *(f" não medido: {what}" for what in found["not_measured"]), ""]
    for row in failures[:_SHOWN]:
        lines.append(f" ✗ {row['suite']} {row['case']} #{row['run']} {row['style']}: {'; '.join(row['problems'])}")
    return "\n".join([*lines, f"{len(failures)} falhas"])


def _growth(runs: Sequence[Run]) -> dict[str, Any]:
    """Prompt tokens around turns 10, 20 and 30 of the long talks, and how much the 30th costs more than the 10th."""
    around = {}
    for middle in (10, 20, _TURN_30):
        tokens = [
            turn.prompt_tokens
            for run in runs
            for turn in run.turns
            if turn.calls == 1 and abs(turn.number - middle) <= _WINDOW
        ]
        around[str(middle)] = percentile(tokens, 0.95) if tokens else None
    first, last = around["10"], around[str(_TURN_30)]
    return {
        "tokens_p95_no_turno": around,
        "crescimento_10_a_30": round(last / first, 3) if first and last else None,
    }


def _targets(figures: Mapping[str, Any], as_written: float | None) -> list[dict[str, Any]]:
    """(what, limit, value, held); held None where these runs do not measure it. ``as_written``: the share of the
    scripted cases that pass in their own words."""
    own, tokens = figures["nosso_ms"], figures["tokens_p95_no_turno"][str(_TURN_30)]
    rows: tuple[tuple[str, str, Any, Callable[[Any], bool]], ...] = (
        ("Roteiros que passam como escritos", "100 %", as_written, lambda value: value == 1),
        ("Violações", "0", figures["violacoes"], lambda value: value == 0),
        ("Turnos com uma só chamada", "≥ 90 %", figures["uma_chamada"], lambda value: value >= 0.9),
        ("Tokens de entrada p95 no turno 30", "≤ 6.000", tokens, lambda value: value <= 6000),
        ("Crescimento do turno 10 ao 30", "≤ 1,2", figures["crescimento_10_a_30"], lambda value: value <= 1.2),
        ("Nosso processamento por turno, mediana (ms)", "≤ 20", own and own["p50"], lambda value: value <= 20),
        ("Construção do agente, mediana (ms)", "≤ 5", figures["construcao_ms"], lambda value: value <= 5),
    )
    return [
        {"what": what, "limit": limit, "value": value, "held": None if value is None else bool(check(value))}
        for what, limit, value, check in rows
    ]


def _failure(run: Run) -> dict[str, Any]:
    return {
        "case": run.case,
        "suite": run.suite,
        "run": run.number,
        "style": run.style,
        "problems": list(run.problems),
        "transcript": [{"from": who, "text": text} for who, text in run.lines],
    }


# --- The page ------------------------------------------------------------------------------------------------------

_STYLE = """
:root{color-scheme:light dark;--line:#8885;--good:#1a7f37;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--good:#5bd17a;--bad:#ff8a80}}
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}.wide{overflow-x:auto}
td,th{border-bottom:1px solid var(--line);padding:.35rem .6rem .35rem 0;text-align:left;vertical-align:top}
td.n{font-variant-numeric:tabular-nums;white-space:nowrap}.good{color:var(--good)}.bad{color:var(--bad)}
details{border-bottom:1px solid var(--line);padding:.4rem 0}pre{white-space:pre-wrap;font:inherit;margin:.5rem 0}
"""
_LABELS = {
    "conversas": "Conversas", "casos": "Casos", "respostas": "Respostas do agente", "passam": "Conversas que passam",
    "pass_k": "pass^k", "violacoes": "Violações",
    "limite_95_violacoes": "Limite de 95 % para a taxa de violações (regra de três)",
    "reperguntas": "Perguntas sobre o que já se sabia", "rascunhos_barrados": "Rascunhos barrados, por motivo",
    "inventados": "Dados inventados", "acerto_por_revelacao": "Acerto dos dados, por forma de revelar",
    "queda_tudo_x_um": "Queda de tudo de uma vez para um dado por mensagem",
    "turnos_ate_qualificar": "Turnos até qualificar", "uma_chamada": "Turnos com uma só chamada ao modelo",
    "sem_modelo": "Turnos resolvidos sem modelo", "chamadas_por_turno": "Chamadas por turno",
    "tokens_entrada": "Tokens de entrada por turno", "tokens_saida": "Tokens de saída por turno",
    "custo_usd": "Custo por turno (US$)", "modelo_ms": "Modelo, ms por turno", "nosso_ms": "Nosso processamento, ms",
    "tokens_p95_no_turno": "Tokens de entrada p95 ao redor do turno", "crescimento_10_a_30": "Crescimento 10 → 30",
    "construcao_ms": "Construção do agente, ms",
}  # fmt: skip


def html(found: Mapping[str, Any]) -> str:
    """One page without scripts and without anything from elsewhere."""
    figures = found["figures"]
    parts = [
        "<!doctype html><html lang='pt-BR'><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        f"<title>Avaliação do agente</title><style>{_STYLE}</style>",
        "<h1>Avaliação do agente</h1>",
        f"<p>{escape(_heading(found))}</p>",
        "<h2>Metas</h2>",
        _table(("Meta", "Limite", "Medido"), [_target_row(row) for row in found["targets"]]),
        "<h2>Não medido</h2><ul>",
        *(f"<li>{escape(text)}</li>" for text in found["not_measured"]),
        "</ul><h2>Números</h2>",
        _table(("O quê", "Valor"), [_row(label, _said(figures.get(key))) for key, label in _LABELS.items()]),
        "<h2>Acerto por dado</h2>",
        _table(
            ("Dado", "Acerto", "n"),
            [_row(name, _said(row["acerto"]), str(row["n"])) for name, row in figures["campos"].items()],
        ),
        f"<h2>Falhas ({len(found['failures'])})</h2>",
        *(_failed(row) for row in found["failures"][:_SHOWN]),
    ]
    return "\n".join(parts)


def _heading(found: Mapping[str, Any]) -> str:
    return (
        f"Modelo: {found['model']} · prompt {found['prompt_version']} · {found['date']} · "
        f"{found['runs']} execuções por caso, semente {found['seed']} · {found['seconds']} s"
    )


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    cells = "".join(f"<th scope='col'>{escape(text)}</th>" for text in head)
    return f"<div class='wide'><table><tr>{cells}</tr>{''.join(rows)}</table></div>"


def _row(first: str, *others: str) -> str:
    cells = "".join(f"<td class='n'>{escape(text)}</td>" for text in others)
    return f"<tr><td>{escape(first)}</td>{cells}</tr>"


def _target_row(row: Mapping[str, Any]) -> str:
    mark = "não medido" if row["held"] is None else f"{_said(row['value'])} {'✓' if row['held'] else '✗'}"
    kind = "" if row["held"] is None else "good" if row["held"] else "bad"
    limit = escape(row["limit"])
    return f"<tr><td>{escape(row['what'])}</td><td class='n'>{limit}</td><td class='n {kind}'>{escape(mark)}</td></tr>"


def _said(value: Any) -> str:
    if value is None:
        return "não medido"
    if isinstance(value, Mapping):
        return " · ".join(f"{key} {_said(item)}" for key, item in value.items()) or "nenhum"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")
    return str(value)


def _failed(row: Mapping[str, Any]) -> str:
    talk = "\n".join(f"{line['from']}: {line['text']}" for line in row["transcript"])
    style = f", {row['style']}" if row["style"] else ""
    title = f"{row['case']} (execução {row['run']}{style})"
    problems = "; ".join(row["problems"])
    return (
        f"<details><summary>{escape(title)}: <span class='bad'>{escape(problems)}</span></summary>"
        f"<pre>{escape(talk)}</pre></details>"
    )
