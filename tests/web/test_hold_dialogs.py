import pytest

from relance.services.holding import HoldError
from relance.web import hold_dialogs
from relance.web.forms.holds import ExtensionForm


def test_what_a_service_refuses_stands_at_its_field_or_above_the_form(app, as_camille):
    form = hold_dialogs.refuse(ExtensionForm(), HoldError("Indiquez une date à venir.", "granted_on"))
    assert form.all_errors() == [("granted_on", "Indiquez une date à venir.")]
    form = hold_dialogs.refuse(ExtensionForm(), HoldError("La facture est payée.", "of another version"))
    assert form.all_errors() == [("", "La facture est payée.")]


@pytest.mark.parametrize(
    ("query", "place"), [("?retour=liste", "/factures"), ("?retour=ailleurs", "/factures/1"), ("", "/factures/1")]
)
def test_one_goes_back_to_where_the_click_came_from(app, invoice, query, place):
    with app.test_request_context(f"/factures/{invoice.id}/pause{query}"):
        assert hold_dialogs.invoice_place(invoice) == place.replace("1", str(invoice.id))
