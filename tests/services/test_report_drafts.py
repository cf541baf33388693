"""A draft of a report is kept in its dialogue whole."""

import json
from dataclasses import fields

from bot.services.reports import Draft


def test_every_answer_of_a_draft_comes_back_from_json() -> None:
    given: dict[str, object] = {one.name: f"{one.name} 甲" for one in fields(Draft)}
    given |= {"amount_fen": 12, "minor": True, "mentioned": (("phone", "138"), ("url", "a.cn"))}
    draft = Draft(**given)  # type: ignore[arg-type]
    kept = json.loads(json.dumps(draft.to_data(), ensure_ascii=False))
    assert set(kept) == set(given)
    assert Draft.from_data(kept) == draft
    assert Draft.from_data(kept | {"of_an_older_form": 1}) == draft
