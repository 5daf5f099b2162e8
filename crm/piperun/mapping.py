"""Where PipeRun's words meet ours, both ways; nowhere else (contracts/piperun.md).

Their times are Brasília's without a zone, their notes are HTML, their ids are numbers, their codes are figures.
"""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from crm.gateway import Activity, Company, Deal, InvalidFields, Note, Person, Remote
from crm.piperun.schemas import (
    ActivityBody,
    CompanyBody,
    CompanyRow,
    ContactRow,
    DealBody,
    DealRow,
    NoteBody,
    PersonBody,
    PersonRow,
)
from leads import phones
from leads.models import Temperature
from seleto.lib.text.fold import fold

_BRASILIA = ZoneInfo("America/Sao_Paulo")
_MOMENT = "%Y-%m-%d %H:%M:%S"
_OPEN, _WON = 0, 1
# Theirs know five: very hot and hot are one of ours, "not informed" is none (section 2).
_TEMPERATURES = {1: Temperature.HOT, 2: Temperature.HOT, 3: Temperature.WARM, 4: Temperature.COLD}
_CODES: dict[str, int] = {Temperature.HOT: 2, Temperature.WARM: 3, Temperature.COLD: 4}

# Our field -> theirs, by kind of record.
COMPANY = {
    "name": "name",
    "code": "external_code",
    "cnpj": "cnpj",
    "city_id": "city_id",
    "website": "website",
    "email": "email_nf",
    "phone": "contactPhones",
    "observation": "observation",
}
PERSON = {
    "name": "name",
    "code": "external_code",
    "company_id": "company_id",
    "city_id": "city_id",
    "phones": "contactPhones",
    "emails": "contactEmails",
}
DEAL = {
    "title": "title",
    "code": "reference",
    "pipeline_id": "pipeline_id",
    "stage_id": "stage_id",
    "person_id": "person_id",
    "company_id": "company_id",
    "origin_id": "origin_id",
    "owner_id": "owner_id",
    "temperature": "temperature",
}
NOTE = {"deal_id": "deal_id", "person_id": "person_id", "company_id": "company_id", "note": "text"}
ACTIVITY = {
    "type_id": "activity_type_id",
    "owner_id": "owner_id",
    "title": "title",
    "description": "description",
    "starts_at": "start_at",
    "ends_at": "end_at",
    "deal_id": "deal_id",
}
# Other spellings under which their refusals may name a field.
_ALIASES = {"contact_phones": "contactPhones", "contact_emails": "contactEmails"}


# --- Reading -------------------------------------------------------------------------------------------------------


def company(row: CompanyRow) -> Remote[Company]:
    emails = [row.email_nf, *row.emails]
    record = Company(
        name=row.name,
        code=row.external_code,
        cnpj=plain_cnpj(row.cnpj),
        city_id=_ours(row.city_id),
        website=row.website,
        email=next(filter(None, map(_email, emails)), ""),
        phone=next(filter(None, map(_phone, row.phones)), ""),
        observation=row.observation,
    )
    return Remote(str(row.id), record, updated_at=moment(row.updated_at))


def person(row: PersonRow, *, company_id: str = "") -> Remote[Person]:
    """``company_id``: the company they were looked for in, which lists do not tell."""
    record = Person(
        name=row.name,
        code=row.external_code,
        company_id=_ours(row.company_id) or company_id,
        city_id=_ours(row.city_id),
        phones=tuple(filter(None, map(_phone, row.phones))),
        emails=tuple(filter(None, map(_email, row.emails))),
    )
    return Remote(str(row.id), record, updated_at=moment(row.updated_at))


def deal(row: DealRow) -> Remote[Deal]:
    record = Deal(
        title=row.title,
        pipeline_id=_ours(row.pipeline_id),
        stage_id=_ours(row.stage_id),
        code=row.reference,
        person_id=_ours(row.person_id),
        company_id=_ours(row.company_id),
        origin_id=_ours(row.origin_id),
        owner_id=_ours(row.owner_id),
        temperature=_TEMPERATURES.get(row.temperature or 0, ""),
    )
    end = _end(row)
    return Remote(str(row.id), record, updated_at=moment(row.updated_at), open=not end, end=end)


def _end(row: DealRow) -> str:
    if row.deleted:
        return "excluida"
    # Without a status it is nobody's closed deal.
    if (row.status or _OPEN) != _OPEN:
        return "ganha" if row.status == _WON else "perdida"
    return "congelada" if row.freezed else ""


def moment(value: str) -> datetime | None:
    """Their time as aware UTC; one that says its zone is believed (one help example does). None when it is no time."""
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=_BRASILIA)).astimezone(UTC)


def has_mark(value: str, mark: str) -> bool:
    """Whether a text of theirs bears our mark, whatever their editor made of its markup."""
    text = html.unescape(re.sub(r"<[^>]*>", " ", value))
    return re.search(rf"(?<!\w){re.escape(_mark(mark))}(?!\w)", " ".join(text.split())) is not None


def field_of(theirs: str, names: Mapping[str, str]) -> str:
    """Our name of a field that they refuse ("contactPhones.0"); "" when we know none."""
    name = re.split(r"[.\[]", theirs, maxsplit=1)[0]
    name = _ALIASES.get(name, name)
    return next((our for our, their in names.items() if their == name), "")


# --- Comparing -----------------------------------------------------------------------------------------------------


def plain_cnpj(value: str) -> str:
    """Without punctuation, letters upper case."""
    return re.sub(r"[\s./-]", "", value).upper()


def same_name(one: str, other: str) -> bool:
    """Ignoring case, accents and spacing."""
    return _comparable(one) == _comparable(other)


def shares_phone(theirs: Sequence[str], ours: Sequence[str]) -> bool:
    """With or without the ninth digit is the same line."""
    known = {form for phone in ours for form in phones.variants(phone)}
    return any(form in known for phone in theirs for form in phones.variants(_phone(phone)))


def same_email(one: str, other: str) -> bool:
    return bool(one) and _email(one) == _email(other)


def _comparable(value: str) -> str:
    return " ".join(fold(value).split())


# --- Writing -------------------------------------------------------------------------------------------------------


def company_body(changes: Mapping[str, object]) -> CompanyBody:
    """``changes`` are fields of ``Company`` by name."""
    body = _fields(changes, COMPANY)
    if "contactPhones" in body:
        body["contactPhones"] = [body["contactPhones"]] if body["contactPhones"] else []
    if "cnpj" in body:
        body["cnpj"] = body["cnpj"] or None
    return CompanyBody.model_validate(body)


def new_company(record: Company) -> CompanyBody:
    return company_body(_given(record, COMPANY) | {"name": record.name}).model_copy(update={"company_situation": 1})


def person_body(changes: Mapping[str, object]) -> PersonBody:
    """``changes`` are fields of ``Person`` by name."""
    return PersonBody.model_validate(_fields(changes, PERSON))


def new_person(record: Person) -> PersonBody:
    return person_body(_given(record, PERSON) | {"name": record.name})


def keep_theirs(body: CompanyBody | PersonBody, row: ContactRow) -> None:
    """Put the numbers and addresses of ``row`` before those of ``body`` that are not among them."""
    if body.contactPhones:
        added = [phone for phone in body.contactPhones if not shares_phone(row.phones, [phone])]
        body.contactPhones = [*row.phones, *added]
    if body.contactEmails:
        added = [email for email in body.contactEmails if not any(same_email(email, known) for known in row.emails)]
        body.contactEmails = [*row.emails, *added]


def deal_body(changes: Mapping[str, object]) -> DealBody:
    """``changes`` are fields of ``Deal`` by name. A lead without a class has no temperature over there."""
    body = _fields(changes, DEAL)
    if "temperature" in body:
        body["temperature"] = _CODES.get(str(body["temperature"]))
    return DealBody.model_validate(body)


def new_deal(record: Deal) -> DealBody:
    return deal_body(_given(record, DEAL)).model_copy(update={"status": _OPEN})


def note_body(*, deal_id: str, person_id: str, company_id: str, note: Note) -> NoteBody:
    links = {"deal_id": deal_id, "person_id": person_id, "company_id": company_id}
    given = {name: _theirs(name, value) for name, value in links.items() if value}
    return NoteBody.model_validate({"text": note_html(note), **given})


def note_html(note: Note) -> str:
    """Titles bold, a line per paragraph, our mark in the last line; nothing a lead wrote is markup."""
    blocks = ["<br>".join([f"<b>{_escaped(title)}</b>", *map(_escaped, lines)]) for title, lines in note.sections]
    return "<br><br>".join([*blocks, _escaped(_mark(note.mark))])


def activity_body(*, deal_id: str, activity: Activity) -> ActivityBody:
    """Whether they read the description as HTML is not known: it holds nothing that could be markup."""
    description = re.sub(r"\s+", " ", activity.description).translate({ord("<"): "‹", ord(">"): "›"}).strip()
    return ActivityBody(
        activity_type_id=_required("type_id", activity.type_id),
        owner_id=_required("owner_id", activity.owner_id),
        deal_id=_required("deal_id", deal_id),
        title=activity.title,
        description=f"{description} ({_mark(activity.mark)})".strip(),
        start_at=brasilia(activity.starts_at),
        end_at=brasilia(activity.ends_at),
        duration=max(0, round((activity.ends_at - activity.starts_at).total_seconds() / 60)),
        status=_OPEN,
    )


def brasilia(value: datetime) -> str:
    return value.astimezone(_BRASILIA).strftime(_MOMENT)


def _given(record: Company | Person | Deal, names: Mapping[str, str]) -> dict[str, object]:
    """What the record says; empty fields are not sent with a new one."""
    return {name: value for name in names if (value := getattr(record, name))}


def _fields(changes: Mapping[str, object], names: Mapping[str, str]) -> dict[str, object]:
    """Raises KeyError for a field that this kind of record does not have."""
    return {
        names[name]: _theirs(name, value) if names[name].endswith("_id") else value for name, value in changes.items()
    }


def _theirs(name: str, id_: object) -> int | None:
    return _required(name, str(id_)) if id_ else None


def _required(name: str, id_: str) -> int:
    """Ids come from what a manager typed, too."""
    if not re.fullmatch(r"[0-9]{1,18}", id_):
        raise InvalidFields("invalid_fields", fields={name: "O id não é um número."})
    return int(id_)


def _ours(id_: int | None) -> str:
    return str(id_) if id_ else ""


def _phone(value: str) -> str:
    return phones.canonical(value) or re.sub(r"\D", "", value)


def _email(value: str) -> str:
    return value.strip().lower()


def _escaped(value: str) -> str:
    return html.escape(value.strip()).replace("\r\n", "\n").replace("\n", "<br>")


def _mark(mark: str) -> str:
    return f"ref. seleto {mark}"
