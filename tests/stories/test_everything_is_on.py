"""S3.1: no plan to buy, nothing to unlock. A fresh account has every page of this part, and quotes are no invoices."""

import pytest

from relance.models.sequences import Sequence
from relance.services import sequence_blocks, sequencing
from relance.services.sequence_blocks import Block, SequenceError
from tests import factories

PAGES = ("/sequences", "/modeles", "/envois", "/simulation", "/reglages/relances", "/courriers", "/journal")


@pytest.mark.requirement("S3.1")
@pytest.mark.parametrize("path", PAGES)
def test_a_fresh_account_has_everything(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "payant" not in answer.get_data(as_text=True).lower()


@pytest.mark.requirement("S3.9")
def test_no_block_of_a_sequence_sends_the_text_of_a_quote(account):
    if not Sequence.select().where(Sequence.account == account).exists():
        sequencing.deliver(account, factories.NOW)
    sequence = Sequence.get(Sequence.account == account, Sequence.key == "douce")
    with pytest.raises(SequenceError):
        sequence_blocks.add_step(
            sequence,
            Block("mail", 12, "devis_prerelance"),
            version=sequence.version,
            by=None,
            now=factories.NOW,
        )
    fresh = Sequence.get_by_id(sequence.id)
    assert (fresh.version, fresh.has_draft) == (sequence.version, False)
