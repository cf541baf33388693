"""Who acts where no officer signs in: the account of whoever runs a command on the server."""

import os
import pwd

SERVER = "server"
LONGEST = 32
"""Of an account's name, so that the whole fits where actors are kept."""


def operator() -> str:
    """How that person stands among the looks, such as server:li.

    Who became root by sudo stands under the own name, an account without a name under its number.
    """
    number = os.geteuid()
    by_sudo = os.environ.get("SUDO_USER", "") if number == 0 else ""
    return f"{SERVER}:{(by_sudo or _name_of(number))[:LONGEST]}"


def _name_of(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
