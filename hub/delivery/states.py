r"""How far a message of ours has come, and which reports may change that. Pure.

    held -> queued -> sending -> sent -> delivered -> read
      |        |         |          \-> bounced (a mail, even after delivered)
      v        |         +-> failed
    cancelled  |         +-> uncertain -> sent | failed | queued (a person decides)
               +-> failed (given up)

Receipts come doubled and in any order, so they only ever move a delivery forward.
"""

#: How final each state is; a receipt never goes back.
_RANK = {
    "held": 0,
    "queued": 1,
    "sending": 2,
    "uncertain": 3,
    "sent": 4,
    "delivered": 5,
    "failed": 6,
    "bounced": 6,
    "read": 7,
    "cancelled": 9,
}


def after_receipt(state: str, reported: str) -> str:
    """Give the state after a provider reported ``reported``.

    What is delivered cannot have failed at the provider, except that a mail may
    bounce after a relay took it for delivered.
    """
    if state == "delivered" and reported == "failed":
        return state
    return reported if _RANK[reported] > _RANK[state] else state
