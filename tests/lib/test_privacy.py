import pytest

from seleto.lib import privacy


def store(label: str) -> privacy.PersonalData:
    return privacy.PersonalData(
        app="leads",
        label=label,
        fields=("nome",),
        find=lambda subject: [subject.lead_id],
        export=lambda subject: [],
        erase=lambda subject: 0,
    )


def test_stores_are_listed_in_the_order_of_registration_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "_registry", {})
    first, second = store("Leads"), store("Fatos")

    privacy.register(first)
    privacy.register(second)
    with pytest.raises(ValueError, match="Leads"):
        privacy.register(store("Leads"))

    assert privacy.registered() == [first, second]
