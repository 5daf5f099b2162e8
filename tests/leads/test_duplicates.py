"""Which leads are proposed as one person, and what two leads leave behind when somebody says that they are."""

from datetime import timedelta

import pytest

from conversations.models import Conversation
from crm.models import CrmLink
from leads import merging
from leads.duplicates import Reason, candidates
from leads.models import Consent, Fact, Identity, Lead, NotDuplicate, Orcamento, SubjectRequest
from seleto.lib.models import AuditEntry
from tests.factories import ChannelFactory, ConversationFactory, IdentityFactory, LeadFactory, now

pytestmark = pytest.mark.django_db


def lead(phone: str = "", **facts: str) -> Lead:
    made = LeadFactory.create()
    if phone:
        IdentityFactory.create(lead=made, value=phone)
    for field, value in facts.items():
        Fact.objects.create(
            lead=made,
            field=field,
            value=value,
            evidence=Fact.Evidence.GIVEN,
            given_by="usuário:1",
            source_kind="usuário",
            created_at=now(),
        )
    return made


def found() -> list[tuple[set, tuple]]:
    return [({one.first, one.second}, one.reasons) for one in candidates(limit=50)[0]]


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        ({"phone": "5511900000001"}, {"telefone": "5511900000001"}, (Reason.PHONE,)),
        ({"telefone": "551190000001"}, {"phone": "5511990000001"}, (Reason.PHONE,)),
        ({"email": "Rute@burger.example"}, {"email": "rute@burger.example"}, (Reason.EMAIL,)),
        ({"cnpj": "69882044007797"}, {"cnpj": "69882044007797"}, (Reason.CNPJ,)),
        ({"nome": "José  Líbano", "cidade": "Itajaí"}, {"nome": "jose libano", "cidade": "ITAJAI"}, (Reason.NAME,)),
        (
            {"nome": "Rute", "cidade": "Itu", "email": "rute@burger.example"},
            {"nome": "Rute", "cidade": "Itu", "email": "rute@burger.example"},
            (Reason.EMAIL, Reason.NAME),
        ),
    ],
)
def test_leads_with_something_telling_in_common_are_proposed(one, other, reasons):
    pair = {lead(**one).pk, lead(**other).pk}

    assert found() == [(pair, reasons)]


def test_a_landline_is_not_taken_for_a_mobile_and_a_name_needs_its_city():
    lead(telefone="551130000001")
    lead(phone="5511930000001")
    lead(nome="Rute", cidade="Itu")
    lead(nome="Rute", cidade="Bauru")
    lead(nome="Rute")

    assert found() == []


def test_former_values_and_widely_shared_ones_tell_nothing():
    lead(email="loja@burger.example")
    Fact.objects.update(superseded_at=now())
    lead(email="loja@burger.example")
    for _ in range(13):
        lead(cnpj="69882044007797")

    assert found() == []


def test_the_most_telling_pairs_stand_first_and_all_are_counted():
    lead(nome="Rute", cidade="Itu")
    lead(nome="Rute", cidade="Itu")
    phones = {lead("5511900000001").pk, lead(telefone="5511900000001").pk}

    rows, total = candidates(limit=1)

    assert ({rows[0].first, rows[0].second}, total) == (phones, 2)
    assert candidates(limit=1, offset=1)[0][0].reasons == (Reason.NAME,)


def test_whoever_was_told_apart_is_proposed_no_more():
    one, other = lead(email="rute@burger.example"), lead(email="rute@burger.example")

    for _ in range(2):
        merging.keep_apart(other.pk, one.pk, actor="usuário:1", now=now())

    assert found() == []
    assert NotDuplicate.objects.count() == 1
    assert AuditEntry.objects.filter(action="lead.keep_apart", actor="usuário:1").count() == 1


def test_everything_of_both_is_the_kept_leads():
    kept = lead("5511900000001", nome="Rute", cidade="Itu")
    other = lead("5511900000002", nome="Ruth", email="rute@burger.example")
    at = now()
    IdentityFactory.create(lead=other, kind=Identity.Kind.LID, value="1@lid")
    talks = [
        ConversationFactory.create(lead=kept, channel=ChannelFactory.create(slug="um"), opened_at=at),
        ConversationFactory.create(lead=other, channel=ChannelFactory.create(slug="outro", instance_id="B")),
    ]
    Orcamento.objects.create(lead=other, produto="FB300", oportunidade_pipe_id=7, created_at=at)
    Consent.objects.create(lead=other, kind="opt_out", quote="parar", source_id=talks[1].pk, at=at)
    Lead.objects.filter(pk=other.pk).update(opted_out_at=at)
    SubjectRequest.objects.create(lead=other, kind="access", opened_at=at, due_at=at + timedelta(days=15))
    CrmLink.objects.create(kind=CrmLink.Kind.PERSON, local_id=other.pk, remote_id="900", code="x", created_at=at)

    merging.merge_by_person(kept.pk, other.pk, actor="usuário:7", now=at)

    assert Lead.objects.get() == kept
    assert set(Conversation.objects.values_list("lead", flat=True)) == {kept.pk}
    current = Fact.objects.filter(lead=kept, superseded_at=None)
    assert dict(current.values_list("field", "value")) == {
        "nome": "Rute",
        "cidade": "Itu",
        "email": "rute@burger.example",
    }
    assert Fact.objects.get(value="Ruth").superseded_at == at
    assert Identity.objects.filter(lead=kept).count() == 3
    assert Orcamento.objects.get().lead == kept
    assert Consent.objects.get().lead == SubjectRequest.objects.get().lead == kept
    assert Lead.objects.get().opted_out_at == at
    assert CrmLink.objects.get(remote_id="900").local_id == kept.pk
    entry = AuditEntry.objects.get(action="lead.merge")
    assert (entry.actor, entry.subject_id, entry.detail) == ("usuário:7", kept.pk, {"merged": str(other.pk)})


def test_a_pair_merged_meanwhile_is_told_so_and_nothing_changes():
    kept, other = lead("5511900000001"), lead("5511900000002")
    merging.merge_by_person(kept.pk, other.pk, actor="usuário:7", now=now())

    with pytest.raises(merging.AlreadyMerged):
        merging.merge_by_person(other.pk, kept.pk, actor="usuário:7", now=now())
    with pytest.raises(ValueError):
        merging.merge_by_person(kept.pk, kept.pk, actor="usuário:7", now=now())

    assert Lead.objects.get() == kept
