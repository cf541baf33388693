"""Passwords are dear to guess; other tests hash them cheaply."""

from importlib.util import find_spec, module_from_spec

from bot.services import passwords


async def test_a_kept_password_costs_memory_and_time() -> None:
    found = find_spec(passwords.__name__)
    assert found
    assert found.loader
    fresh = module_from_spec(found)
    found.loader.exec_module(fresh)
    kept = await fresh.hash_password("correct horse battery")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await fresh.verify_password(kept, "correct horse battery")
    assert not await fresh.verify_password(kept, "correct horse batterY")
    assert not await fresh.verify_password(None, "correct horse battery")
