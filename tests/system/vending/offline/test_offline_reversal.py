"""A sale made off line can be taken back like any other: the books' own figures return (R5.4-02)."""

from typing import Any

import pytest
from vending_world import drn

from system.accounts import four_eyes
from system.accounts.models import User
from system.accounts.permissions import Operation, Role
from system.vending.ledger import ledger_faults
from system.vending.models import AccountBalance, AccountKind, InstallationMonth, InstallationResidue, Sale
from system.vending.offline.selectors.terminals import terminal_position
from system.vending.services.reverse_sale import reversal_arguments, reverse_sale


@pytest.mark.requirement("R5.4-02")
def test_the_last_sale_is_taken_back_by_the_books_figures(post: Any, village: Any, homes: list[Any]) -> None:
    InstallationResidue.objects.create(installation=homes[0], residue_mc=0)
    post.paper.customers[drn(1)].bought_units = 1300  # it asked the dearer step: trued up
    said = post.paper.sell(drn(1), 2_000_000)
    post.settle()
    sale = Sale.objects.get(pk=said["sale_id"])
    assert InstallationResidue.objects.get().residue_mc > said["residue_mc"]
    second = User.objects.create_user("otra", provider=village.provider, role=Role.SUPERVISOR)
    approval = four_eyes.request_approval(
        village.supervisor, Operation.REVERSE_SALE, reversal_arguments(sale), reason="error"
    )
    four_eyes.decide(second, approval, granted=True)
    reverse_sale(village.supervisor, sale, approval, "se equivocó de cliente")
    assert InstallationMonth.objects.get().units == 0
    assert InstallationResidue.objects.get().residue_mc == 0
    assert not AccountBalance.objects.exclude(posted_c=0).exclude(account__kind=AccountKind.BANK).exists()
    position = terminal_position(post.row)
    assert (position.due_c, position.reversed_c, position.sold_c) == (0, 2_000_000, 2_000_000)
    assert ledger_faults() == []
