"""Where the agent's prompt stands, and what a manager would do next, in a sentence with one button."""

from dataclasses import dataclass

from django.urls import reverse

from knowledge.models import PromptTrial, PromptVersion, PublishRun

_Status = PublishRun.Status


@dataclass(frozen=True, slots=True)
class Step:
    """``tone`` is a colour of the tags; ``address`` is where the button leads."""

    tone: str
    words: str
    button: str
    address: str


def next_step() -> Step | None:
    """The most pressing one; None before anything is published. Three statements at the most."""
    live = PromptVersion.objects.filter(role="agente", status="published").defer("text").first()
    if live is None:
        return None
    trial = PromptTrial.objects.filter(role="agente", ended_at=None).select_related("version_b").first()
    if trial is not None:
        words = (
            f"A versão {trial.version_b.version} está em teste com {trial.share}% das conversas novas. Veja como vai e"
            " encerre o teste quando houver diferença clara."
        )
        return Step("human", words, "Ver o teste A/B", reverse("admin:knowledge_prompttrial_change", args=[trial.pk]))
    draft = (
        PromptVersion.objects.filter(role="agente", status="draft", created_at__gt=live.created_at)
        .defer("text")
        .order_by("-created_at")
        .first()
    )
    if draft is None:
        words = f"A versão {live.version} responde aos leads e não há rascunho. Para mudar algo, copie a versão em uso."
        return Step("agent", words, "Abrir a versão em uso", _version("change", live))
    run = PublishRun.objects.filter(version=draft, checksum=draft.checksum).order_by("-requested_at").first()
    if run is None:
        words = (
            f"O rascunho {draft.version} ainda não foi avaliado. Compare-o com a versão em uso, converse com ele no"
            " playground e então peça a publicação."
        )
        return Step("human", words, "Comparar e publicar", _version("diff", draft))
    result = reverse("admin:knowledge_publishrun_change", args=[run.pk])
    if run.status in PublishRun.ACTIVE:
        return Step("human", f"O rascunho {draft.version} está sendo avaliado.", "Ver a avaliação", result)
    words = f"O rascunho {draft.version} não passou na avaliação: {run.get_status_display()}. Veja o que falhou."
    return Step("stop", words, "Ver o que falhou", result)


def _version(page: str, row: PromptVersion) -> str:
    return reverse(f"admin:knowledge_promptversion_{page}", args=[row.pk])
