"""The orçamento's part of a run: deal, note, and task, once each (`domain.md`, "What follows from the class")."""

from datetime import datetime, timedelta

from crm import links
from crm.gateway import Activity, Deal, Remote
from crm.models import CrmLink
from crm.plan import DealWish
from crm.records import Kind, Record
from crm.steps import Steps, oldest
from knowledge import calendar
from leads import services
from leads.models import Orcamento

TASK_LENGTH = timedelta(minutes=30)
_Kind = CrmLink.Kind


class Deals(Steps):
    """Needs to know the run's person and companies first."""

    def _deal(self, wish: DealWish) -> None:
        gateway = self._gateway
        kind = Kind(gateway.deal, lambda fields: gateway.create_deal(Deal(**fields)), gateway.update_deal)
        record = self._record(_Kind.DEAL, wish.orcamento_id, kind)
        link = record.link
        shown = {
            "title": wish.title,
            "temperature": wish.temperature,
            "person_id": self._person_id,
            "company_id": self._companies.get(wish.company, "") if wish.company else "",
        }
        self._find_deal(record, wish)
        fresh = not link.remote_id
        if fresh and not wish.may_create:
            return
        if fresh:
            made = {
                **shown,
                "pipeline_id": wish.pipeline_id,
                "stage_id": wish.advance_to or wish.stage_new_id,
                "origin_id": wish.origin_id,
                "owner_id": wish.owner_id,
            }
            record.create(made, instead={"stage_id": {"stage_id": wish.stage_new_id}})
        advance = {"stage_id": wish.advance_to} if wish.advance_to else {}
        wanted = {**shown, **advance}
        note = self._link(_Kind.NOTE, wish.orcamento_id)
        moved = bool(note.remote_id) and note.written.get("deal") != link.remote_id
        news = moved or (wish.note_due and (note.unsure or note.digest != wish.note_digest))
        if not fresh and (news or record.changed(wanted)) and not record.look().open:
            self._closed(wish, record.look())
            return
        record.keep_true(wanted, {}, locked=tuple(wanted))
        if news:
            self._note(note, wish, link.remote_id)
        if wish.follow_up is not None:
            self._task(wish, link.remote_id)

    def _find_deal(self, record: Record, wish: DealWish) -> None:
        """The deal that we know of but have no link to, or the one that an unanswered create of ours may have made."""
        link = record.link
        if link.unsure:
            links.check_rested(link, self._token)
            # Two leads may have become one since: the deal would be the former person's.
            for person_id in dict.fromkeys([self._person_id, str(link.written.get("person_id") or "")]):
                found = oldest(self._gateway.deals(person_id=person_id, code=link.code)) if person_id else None
                if found is not None:
                    self._claim_ours(record, found)
                    return
            links.gave_up(link)
        elif not link.remote_id:
            known = (
                Orcamento.objects.filter(pk=wish.orcamento_id).values_list("oportunidade_pipe_id", flat=True).first()
            )
            if known:
                # From before there were links; one that stands elsewhere than new ones do was moved by a person.
                links.made(link, str(known), now=self._now(), written={"stage_id": wish.stage_new_id})

    def _closed(self, wish: DealWish, theirs: Remote[Deal]) -> None:
        """People won, lost or removed it: it stays as it is. What the lead asked for since is a new need."""
        asked_again = wish.asked_at is not None and theirs.updated_at is not None and wish.asked_at > theirs.updated_at
        services.close_orcamento(wish.orcamento_id, reopen=asked_again, now=self._now())

    def _note(self, link: CrmLink, wish: DealWish, deal_id: str) -> None:
        gateway, note_id = self._gateway, ""
        if link.unsure:
            links.check_rested(link, self._token)
            note_id = gateway.find_note(deal_id=deal_id, mark=wish.note.mark)
        if not note_id:
            company_id = self._companies.get(wish.company, "") if wish.company else ""
            note_id = self._create(
                link,
                lambda: gateway.create_note(
                    deal_id=deal_id, person_id=self._person_id, company_id=company_id, note=wish.note
                ),
            )
        written = {"at": self._now().isoformat(), "deal": deal_id}
        links.made(link, note_id, now=self._now(), written=written, digest=wish.note_digest)

    def _task(self, wish: DealWish, deal_id: str) -> None:
        follow_up, gateway = wish.follow_up, self._gateway
        link = self._link(_Kind.ACTIVITY, wish.orcamento_id)
        if follow_up is None or (link.remote_id and not link.unsure):
            return
        mark, task_id = f"retorno:{wish.orcamento_id}", ""
        if link.unsure:
            links.check_rested(link, self._token)
            task_id = gateway.find_activity(deal_id=deal_id, mark=mark)
        if not task_id:
            starts_at = _business(follow_up.since, follow_up.business_hours)
            activity = Activity(
                type_id=follow_up.type_id,
                owner_id=wish.owner_id,
                title=follow_up.title,
                description=follow_up.description,
                starts_at=starts_at,
                ends_at=starts_at + TASK_LENGTH,
                mark=mark,
            )
            task_id = self._create(link, lambda: gateway.create_activity(deal_id=deal_id, activity=activity))
        links.made(link, task_id, now=self._now(), written={"at": self._now().isoformat()})


def _business(since: datetime, hours: int) -> datetime:
    try:
        return calendar.add_business_minutes(since, hours * 60)
    except calendar.NeverOpens:
        return since + timedelta(hours=hours)
