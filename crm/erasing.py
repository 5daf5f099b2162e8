"""A person's records in the CRM: what they hold, and what can be taken out of them.

The CRM documents no call that deletes: a person loses name, telephones and e-mails, a deal its title, by the updates it
does document. Notes, tasks and the company cannot be emptied that way and are shown to somebody by id.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings

from crm import gateways
from crm.gateway import CrmGateway, Gone
from crm.models import CrmLink
from leads.models import ErasureStep, Lead, Orcamento
from seleto.lib import clock, privacy
from seleto.lib.errors import Ambiguous, Rejected, Unavailable
from seleto.lib.privacy import RemoteStore, Subject

NAME, TITLE = "Titular removido (LGPD)", "Oportunidade de titular removido (LGPD)"
_HAND = "apague no CRM: a API documentada não apaga isto"
_Kind = CrmLink.Kind
_OURS = "seleto:"


def register() -> None:
    for kind, label, read, erase in (
        (_Kind.PERSON, "CRM: pessoa", _person, _empty_person),
        (_Kind.DEAL, "CRM: oportunidade (título)", _deal, _empty_deal),
        (_Kind.NOTE, "CRM: anotação", _id_alone, None),
        (_Kind.ACTIVITY, "CRM: tarefa", _id_alone, None),
        (_Kind.COMPANY, "CRM: empresa que só esta pessoa tinha", _company, None),
    ):
        privacy.register_remote(
            RemoteStore(
                key=f"crm_{kind}",
                label=label,
                references=_references(kind),
                read=read,
                erase=erase,
                hint="" if erase else _HAND,
            )
        )


def _references(kind: CrmLink.Kind) -> Callable[[Subject], list[str]]:
    def found(subject: Subject) -> list[str]:
        links = CrmLink.objects.filter(kind=kind, local_id__in=_local(kind, subject)).order_by("pk")
        # What an unanswered call may have made there is looked for by our code.
        unsure = [place for link in links.filter(remote_id="", unsure=True) for place in _places(link, subject)]
        return [*links.exclude(remote_id="").values_list("remote_id", flat=True), *unsure]

    return found


def _places(link: CrmLink, subject: Subject) -> list[str]:
    """A deal is found among those of its person alone: ``code@person``, for each it may have been made for."""
    if link.kind != _Kind.DEAL:
        return [link.code]
    person = CrmLink.objects.filter(kind=_Kind.PERSON, local_id=subject.lead_id).values_list("remote_id", flat=True)
    people = dict.fromkeys([str(link.written.get("person_id") or ""), *person])
    return [f"{link.code}@{person_id}" for person_id in people if person_id] or [link.code]


def _local(kind: CrmLink.Kind, subject: Subject) -> list[Any]:
    needs = Orcamento.objects.filter(lead_id=subject.lead_id)
    if kind == _Kind.PERSON:
        return [subject.lead_id]
    if kind != _Kind.COMPANY:
        return list(needs.values_list("pk", flat=True))
    firms = {*needs.values_list("empresa_id", flat=True)}
    firms |= {*Lead.objects.filter(pk=subject.lead_id).values_list("empresa_id", flat=True)}
    shared = Lead.objects.filter(empresa_id__in=firms - {None}).exclude(pk=subject.lead_id)
    return list(firms - {None} - {*shared.values_list("empresa_id", flat=True)})


# --- what they hold ------------------------------------------------------------------------------------------------


def _person(reference: str) -> Mapping[str, Any]:
    return _held(reference, lambda crm: asdict(crm.person(reference).record))


def _deal(reference: str) -> Mapping[str, Any]:
    def read(crm: CrmGateway) -> dict[str, Any]:
        return {**asdict(crm.deal(reference).record), "anotacoes": list(crm.notes(deal_id=reference))}

    return _held(reference, read)


def _company(reference: str) -> Mapping[str, Any]:
    return _held(reference, lambda crm: asdict(crm.company(reference).record))


def _id_alone(reference: str) -> Mapping[str, Any]:
    return {"id": reference}


def _held(reference: str, read: Callable[[CrmGateway], dict[str, Any]]) -> Mapping[str, Any]:
    if reference.startswith(_OURS):
        return {"codigo": reference, "situacao": "pedido sem resposta; pode não estar lá"}
    try:
        told = read(_crm())
    except Gone:
        return {"id": reference, "situacao": "não está mais lá"}
    return {"id": reference, **{name: value for name, value in told.items() if value}}


# --- what can be taken out -----------------------------------------------------------------------------------------


def _empty_person(reference: str) -> None:
    """Read again afterwards: whether an empty list replaces theirs is not documented."""
    if reference.startswith(_OURS):
        _empty_unanswered(reference)
        return
    crm = _crm()
    try:
        _sure(lambda: crm.update_person(reference, {"name": NAME, "phones": (), "emails": ()}))
        left = crm.person(reference).record
    except Gone:
        return
    if left.phones or left.emails or left.name != NAME:
        raise Rejected("contatos_ficaram")


def _empty_unanswered(code: str) -> None:
    found = _crm().persons(code=code)
    for one in found:
        _empty_person(one.id)
    if not found:
        _rested(code)


def _empty_deal(reference: str) -> None:
    if reference.startswith(_OURS):
        _empty_unanswered_deal(reference)
        return
    crm = _crm()
    try:
        _sure(lambda: crm.update_deal(reference, {"title": TITLE}))
    except Gone:
        return


def _empty_unanswered_deal(reference: str) -> None:
    code, _, person_id = reference.partition("@")
    if not person_id:
        raise Rejected("sem_pessoa_procure_pelo_codigo")
    found = _crm().deals(person_id=person_id, code=code)
    for one in found:
        _empty_deal(one.id)
    if not found:
        _rested(reference)


def _rested(reference: str) -> None:
    """Whether an unanswered call took effect shows after a while alone; raises ``Unavailable`` until then."""
    lead_id = ErasureStep.objects.filter(reference=reference).values("lead_id")[:1]
    since = Lead.objects.filter(pk=lead_id).values_list("anonymised_at", flat=True).first()
    rest_s = settings.CRM_LOOK_AFTER_S + settings.LEASE_S
    if since is not None and clock.now() < since + timedelta(seconds=rest_s):
        raise Unavailable("sem_resposta_ainda", retry_after=rest_s)


def _sure(write: Callable[[], None]) -> None:
    """The same values may be written twice; what came of a lost answer is found out by the next attempt."""
    try:
        write()
    except Ambiguous as error:
        raise Unavailable(error.reason, status=error.status, retry_after=error.retry_after) from None


def _crm() -> CrmGateway:
    """Calls about somebody who leaves are in no history."""
    crm = gateways.current(record=lambda exchange: None)
    if crm is None:
        raise Rejected("sem_crm")
    return crm
