"""What goes over PipeRun's wire (contracts/piperun.md, sections 1 and 2).

Reading is lenient: the same field comes as number or text depending on the call, fields come and go, unknown ones are
ignored. Writing is strict: bodies hold the documented names only, and only what was set is sent.
"""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _number(value: object) -> int | None:
    """7, "7", "7.00", 7.0 and true are numbers; everything else is none."""
    if isinstance(value, str | int | float):
        try:
            return int(float(value))
        except (ValueError, OverflowError):
            return None
    return None


def _contacts(value: object) -> list[str]:
    """Samples show ``[{"phone": …}]``, clients have seen ``["…"]``."""
    items = value if isinstance(value, list) else []
    found = [item.get("phone") or item.get("email") if isinstance(item, dict) else item for item in items]
    return [_text(item) for item in found if _text(item)]


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[int | None, BeforeValidator(_number)]
Contacts = Annotated[list[str], BeforeValidator(_contacts)]


class Row(BaseModel):
    """A record of any kind. An id is what makes it one."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    id: Annotated[int, BeforeValidator(_number)]
    name: Text = ""


class CityRow(Row):
    uf: Text = ""


class StageRow(Row):
    pipeline_id: Number = None


class UserRow(Row):
    active: Number = 1


class ContactRow(Row):
    """Companies and persons."""

    external_code: Text = ""
    city_id: Number = None
    updated_at: Text = ""
    phones: Contacts = Field(default=[], validation_alias=AliasChoices("contactPhones", "contact_phones"))
    emails: Contacts = Field(default=[], validation_alias=AliasChoices("contactEmails", "contact_emails"))


class CompanyRow(ContactRow):
    cnpj: Text = ""
    website: Text = ""
    email_nf: Text = ""
    observation: Text = ""


class PersonRow(ContactRow):
    """``company_id`` comes with one person alone, not in lists."""

    company_id: Number = None


class DealRow(Row):
    title: Text = ""
    reference: Text = ""
    pipeline_id: Number = None
    stage_id: Number = None
    owner_id: Number = None
    origin_id: Number = None
    person_id: Number = None
    company_id: Number = None
    temperature: Number = None
    status: Number = 0
    deleted: Number = 0
    freezed: Number = 0
    updated_at: Text = ""


class NoteRow(Row):
    text: Text = ""


class ActivityRow(Row):
    title: Text = ""
    description: Text = ""


class Body(BaseModel):
    """What is written; a field that was not set is not sent."""

    model_config = ConfigDict(extra="forbid")

    def sent(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class CompanyBody(Body):
    name: str = ""
    external_code: str = ""
    cnpj: str | None = None
    city_id: int | None = None
    website: str = ""
    email_nf: str = ""
    observation: str = ""
    company_situation: int = 1
    contactPhones: list[str] = []  # noqa: N815 - their spelling
    contactEmails: list[str] = []  # noqa: N815


class PersonBody(Body):
    name: str = ""
    external_code: str = ""
    company_id: int | None = None
    city_id: int | None = None
    contactPhones: list[str] = []  # noqa: N815
    contactEmails: list[str] = []  # noqa: N815


class DealBody(Body):
    title: str = ""
    reference: str = ""
    pipeline_id: int | None = None
    stage_id: int | None = None
    person_id: int | None = None
    company_id: int | None = None
    origin_id: int | None = None
    owner_id: int | None = None
    temperature: int | None = None
    status: int = 0


class NoteBody(Body):
    text: str
    deal_id: int | None = None
    person_id: int | None = None
    company_id: int | None = None


class ActivityBody(Body):
    activity_type_id: int
    owner_id: int
    deal_id: int
    title: str
    description: str
    start_at: str
    end_at: str
    status: int = 0
    duration: int = 0
