"""The record of processing (LGPD art. 37): every column decided, the documents as the models are."""

from django.core.management import call_command

from seleto.backoffice.datamap import decisions, table
from seleto.checks import every_column_decided
from seleto.lib import privacy


def test_every_column_has_a_decision():
    assert every_column_decided(None) == []


def test_a_column_without_a_decision_is_refused(monkeypatch):
    monkeypatch.setitem(
        decisions.PERSONAL, "contato", decisions.PERSONAL["contato"].replace("leads.Identity.value", "")
    )
    monkeypatch.delitem(decisions.NOBODY, "leads.Empresa")
    monkeypatch.setitem(decisions.PERSONAL, "empresa", "")

    told = [error.msg for error in every_column_decided(None)]

    assert "Data map: leads.Identity.value: no decision." in told
    assert "Data map: leads.Empresa: a table without a decision." in told


def test_the_documents_are_up_to_date():
    call_command("data_map", "--check")


def test_every_column_that_erasure_empties_is_in_the_map():
    mapped = {line.table.rpartition(".")[2] + "." + line.column for line in table.lines()}

    assert {field for store in privacy.registered() for field in store.fields} <= mapped
