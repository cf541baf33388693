"""Receipt numbers of banks and partners, found again whole by a keyed hash of what identifies."""

from bot.storage.vault import Vault

PURPOSE = "receipt"
SHORTEST = 4
"""A shorter number says nothing: it is not kept for the search."""


def receipt_print(vault: Vault, typed: str) -> str | None:
    """The same for a number however it is spaced, hyphened or written in capitals."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    return vault.fingerprint(plain, PURPOSE) if len(plain) >= SHORTEST else None
