"""A campaign's areas as a map of tiles: colour, sign and number say the same."""

import pytest

from bot.services.going_out import make_due_occurrences
from bot.storage.area_ledger import AreaFigures
from bot.storage.staff import Role
from console.area_map import SIGNS, Reach, map_of, reach_of
from tests.console.desk import Desk
from tests.console.furnished import furnish_campaigns, furnish_groups


@pytest.mark.parametrize(
    ("figures", "reach"),
    [
        ({"groups": 3, "reached": 3}, Reach.ALL),
        ({"groups": 3, "reached": 2}, Reach.SOME),
        ({"groups": 3, "reached": 2, "failed": 1}, Reach.FAILED),
        ({"groups": 3, "waiting": 3}, Reach.WAITING),
        ({"groups": 3}, Reach.NONE),
        ({"groups": 2, "reached": 1, "asked": 1}, Reach.SOME),
        ({"groups": 2, "reached": 1, "asked": 1, "confirmed": 1}, Reach.ALL),
        ({"groups": 2, "asked": 4, "confirmed": 2}, Reach.SOME),
        ({"groups": 1, "asked": 1}, Reach.WAITING),
    ],
)
def test_how_far_a_notice_got(figures: dict[str, int], reach: Reach) -> None:
    assert reach_of(AreaFigures("东街", "幸福里", **figures)) is reach


def test_streets_are_rows_and_what_has_no_place_is_in_the_table_only() -> None:
    lines = [
        AreaFigures("", "", groups=9),
        AreaFigures("西街", "", groups=1, reached=1),
        AreaFigures("东街", "和平里", groups=2, waiting=2),
        AreaFigures("东街", "幸福里", groups=2, reached=2),
        AreaFigures("东街", "只有订户", clicks=3),
    ]
    found = map_of(lines)
    assert found is not None
    rows = {street.name: [(one.name, one.sign) for one in street.tiles] for street in found.streets}
    assert rows == {"东街": [("和平里", "…"), ("幸福里", "✓")], "西街": [("整个街道", "✓")]}
    assert [reach for reach, _, _ in found.legend] == [Reach.ALL, Reach.WAITING]
    assert map_of(lines[:2]) is None
    assert len({sign for sign, _ in SIGNS.values()}) == len(Reach)


async def test_the_page_of_a_campaign_shows_its_map(small_desk: Desk) -> None:
    await small_desk.staff(Role.CHIEF, "zhao")
    await furnish_groups(small_desk, "zhao")
    await furnish_campaigns(small_desk)
    async with small_desk.database.writing() as session:
        await make_due_occurrences(session, small_desk.clock())
    chief = await small_desk.signed_in(Role.CHIEF, "qian")
    page = (await chief.get("/campaigns/1")).text
    assert '<figure class="area-map">' in page
    assert page.count('<li class="reach ') == 2
    assert "数字是收到的群/要发的群" in page
