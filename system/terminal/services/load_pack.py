"""Take a pack: everything is looked at first, then leases go to the counter and the pack into the book.

Killed in between, the counter has leases of a pack that the book does not have: loading it again is all that
is needed, and until then the old pack sells on.
"""

from system.security_module.refusals import Words
from system.security_module.secure_counter import CounterRefused
from system.terminal.desk import Desk
from system.terminal.errors import TerminalRefused
from system.terminal.packs import Loaded, read_pack
from system.terminal.services.recover import recover


def load_pack(desk: Desk, data: bytes) -> bool:
    """Load a pack; whether it was a new one: the present one again changes nothing.

    Raises:
        TerminalRefused: ``no-office``, ``bad-message``, ``other-terminal``, ``older-pack``,
            ``other-history`` or ``bad-pack``; nothing was kept.
    """
    with desk.turn:
        keys = desk.pinned()
        if keys is None:
            raise TerminalRefused("no-office")
        recover(desk)
        new = read_pack(data, *keys, desk.book.terminal_id)
        if not _is_newer(desk, new):
            return False
        _see_history(desk, new)
        _take(desk, new, data, keys[1])
        return True


def _is_newer(desk: Desk, new: Loaded) -> bool:
    if desk.loaded is None:
        return True
    present = desk.loaded.pack
    if new.pack.pack_id == present.pack_id:
        return False
    if new.pack.number <= present.number:
        raise TerminalRefused("older-pack", number=new.pack.number, present=present.number)
    return True


def _see_history(desk: Desk, new: Loaded) -> None:
    settled = new.pack.settled
    if desk.book.hash_of(settled.number) != settled.hash:
        raise TerminalRefused("other-history")


def _take(desk: Desk, new: Loaded, data: bytes, module_public: bytes) -> None:
    pack = new.pack
    try:
        for lease in pack.leases:
            desk.counter.check_lease(lease, module_public)
        for lease in pack.leases:
            desk.counter.load_lease(lease, module_public)
    except CounterRefused as refused:
        raise TerminalRefused("bad-message", why=Words(refused.es, refused.en)) from refused
    deposits = {one.deposit_id: (one.amount_c, one.at) for one in pack.deposits}
    desk.book.keep_pack(pack.pack_id, pack.number, data, deposits, desk.later())
    desk.loaded = new
