"""Everything we hold of a person in one zip (LGPD art. 18, II and V): JSON, a page to read, their files.

It names every store, also those that hold nothing, what Chatwoot and the CRM answered when asked just now, and who did
what with their data. The copy is kept for ``SUBJECT_EXPORT_KEEP_DAYS`` and each download is audited.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.template.loader import render_to_string

from conversations.models import Conversation, Turn
from leads import subjects
from leads.erasure import subject_of
from leads.models import Lead, SubjectExport, SubjectRequest
from seleto.backoffice import audit_words
from seleto.lib import connections, privacy
from seleto.lib.admin_lists import local
from seleto.lib.errors import ProviderError
from seleto.lib.models import AuditEntry
from seleto.lib.privacy import Subject

# Beyond this much the files themselves are left out, and the list says so.
MOST_BYTES = 200 * 1024 * 1024
Kind = SubjectRequest.Kind
HANDED_OUT = (Kind.ACCESS, Kind.PORTABILITY)


def make(request_id: UUID, *, actor: str, now: datetime) -> SubjectExport:
    """Write the copy for a request whose person is known. Raises ``subjects.Refused``."""
    with transaction.atomic():
        request = subjects.proved(request_id)
        if request.lead_id is None or request.kind not in HANDED_OUT:
            raise subjects.Refused("só um pedido de acesso ou portabilidade, com lead, tem cópia")
        subject = subject_of(request.lead_id)
    # Other systems are asked with no transaction open.
    told = collect(subject, now=now)
    content = _zip(told, subject)
    with transaction.atomic():
        subjects.proved(request_id)
        row = SubjectExport.objects.create(
            request=request,
            lead_id=subject.lead_id,
            content=content,
            size=len(content),
            made_by=actor,
            made_at=now,
            remove_at=now + timedelta(days=settings.SUBJECT_EXPORT_KEEP_DAYS),
        )
        subjects.note(request, "subject.export", actor=actor, now=now, stores=len(told["nossos_registros"]))
    return row


def download(export_id: UUID, *, actor: str, now: datetime) -> bytes:
    """The zip, which is noted. Raises ``subjects.Refused`` once its time is over or the person was erased."""
    with transaction.atomic():
        row = SubjectExport.objects.select_related("request").get(pk=export_id)
        if row.content is None or row.remove_at <= now:
            raise subjects.Refused("a cópia já foi removida: prepare outra")
        subjects.note(row.request, "subject.download", actor=actor, now=now)
        return bytes(row.content)


def as_zip(content: bytes) -> HttpResponse:
    """What `download` gave, for a browser to save and nobody to keep."""
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="dados-do-titular.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response


def collect(subject: Subject, *, now: datetime) -> dict[str, Any]:
    """All that is known, JSON-ready."""
    lead = Lead.objects.get(pk=subject.lead_id)
    return {
        "gerado_em": now.isoformat(),
        "titular": {
            "id": str(lead.pk),
            "desde": lead.created_at.isoformat(),
            "origem": lead.origin,
            "anuncio": lead.referral,
            "temperatura": lead.get_temperature_display(),
            "nao_quer_mensagens_desde": lead.opted_out_at.isoformat() if lead.opted_out_at else None,
        },
        "nossos_registros": [
            {"app": store.app, "onde": store.label, "registros": store.export(subject)}
            for store in privacy.registered()
        ],
        "atendimentos": _talks(subject),
        "quem_fez_o_que": list(_deeds(subject)),
        "outros_sistemas": [_remote(store, subject) for store in privacy.remote()],
    }


def _talks(subject: Subject) -> list[dict[str, Any]]:
    """Sessions and how often the agent decided by itself in each."""
    return [
        {
            "aberta_em": row.opened_at.isoformat(),
            "canal": row.channel.name,
            "endereco": row.address,
            "decisoes_do_agente": Turn.objects.filter(conversation=row).count(),
        }
        for row in Conversation.objects.filter(lead_id=subject.lead_id).select_related("channel").order_by("opened_at")
    ]


def _deeds(subject: Subject) -> Iterable[dict[str, Any]]:
    talks = Conversation.objects.filter(lead_id=subject.lead_id).values_list("pk", flat=True)
    requests = SubjectRequest.objects.filter(lead_id=subject.lead_id).values_list("pk", flat=True)
    rows = AuditEntry.objects.filter(subject_id__in=[subject.lead_id, *talks, *requests]).order_by("at")
    for row in rows:
        yield {"quando": row.at.isoformat(), "quem": _role(row.actor), "o_que": audit_words.deed(row.action)}


def _role(actor: str) -> str:
    """Whose hand it was, not which employee's: their names are no data of the person who asks."""
    kind = actor.partition(":")[0]
    return {"usuário": "pessoa da equipe", "sdr": "consultor", "api": "sistema integrado"}.get(kind, kind)


def _remote(store: privacy.RemoteStore, subject: Subject) -> dict[str, Any]:
    found = []
    for reference in store.references(subject):
        connections.release()
        try:
            found.append({"id": reference, "conteudo": store.read(reference)})
        except ProviderError as error:
            found.append({"id": reference, "conteudo": {}, "nao_respondeu": error.reason})
    return {"onde": store.label, "registros": found}


def _zip(told: Mapping[str, Any], subject: Subject) -> bytes:
    buffer, size, left_out = io.BytesIO(), 0, 0
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for store in privacy.registered():
            for name, content in store.files(subject):
                size += len(content)
                if size > MOST_BYTES:
                    left_out += 1
                else:
                    archive.writestr(f"arquivos/{name}", content)
        whole = {**told, "arquivos_que_nao_couberam": left_out}
        archive.writestr("dados.json", json.dumps(whole, ensure_ascii=False, indent=2, default=str))
        archive.writestr("dados.html", page(whole))
    return buffer.getvalue()


def page(told: Mapping[str, Any]) -> str:
    """The same to be read: each list of records as a table."""
    parts = [
        ("Atendimentos", told["atendimentos"]),
        *((part["onde"], part["registros"]) for part in told["nossos_registros"]),
        ("Quem fez o quê com os seus dados", told["quem_fez_o_que"]),
        *((part["onde"], part["registros"]) for part in told["outros_sistemas"]),
    ]
    tables = [(title, list(_columns(rows)), [list(_cells(row, rows)) for row in rows]) for title, rows in parts]
    context = {"told": told, "tables": tables, "made": local(datetime.fromisoformat(told["gerado_em"]))}
    return render_to_string("privacy/export.html", context)


def _columns(rows: list[dict[str, Any]]) -> Iterable[str]:
    return dict.fromkeys(name for row in rows for name in row)


def _cells(row: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterable[str]:
    for name in _columns(rows):
        value = row.get(name, "")
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
