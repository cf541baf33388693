"""Settings in the browser."""

from bot.storage.staff import Role
from tests.console.desk import Desk

FORM: dict[str, object] = {"seen": "0", "quiet_hours": "off", "notices_per_day": "1"}


async def test_a_setting_is_changed_shown_refused_and_put_back(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    assert "现在都按配置文件" in (await chief.get("/settings")).text
    assert (await chief.submit("/settings", FORM)).status_code == 303
    shown = (await chief.get("/settings")).text
    assert "21:30-07:00 → off" in shown
    assert 'name="quiet_hours" maxlength="400" value="off"' in shown
    assert (await chief.submit("/settings", FORM | {"quiet_hours": "x"})).status_code == 409
    wrong = await chief.submit("/settings", FORM | {"seen": "2", "quiet_hours": "<b>"})
    assert wrong.status_code == 400
    assert "要写起止时间" in wrong.text
    for seen in ("", "-1", "9" * 30):
        assert (await chief.submit("/settings", FORM | {"seen": seen})).status_code == 409
    back = {"name": "quiet_hours", "seen": "2"}
    assert (await chief.submit("/settings/reset", back)).status_code == 303
    assert (
        'name="quiet_hours" maxlength="400" value="21:30-07:00"'
        in (await chief.get("/settings")).text
    )


async def test_the_name_of_the_district_changes_everywhere_at_once(small_desk: Desk) -> None:
    chief = await small_desk.signed_in(Role.CHIEF)
    typed = {"seen": "0", "district": "坊子分局", "local_numbers": "反诈中心 0536-7660000"}
    assert (await chief.submit("/settings", typed)).status_code == 303
    for path in ("/", "/leads", "/account", "/settings"):
        assert "坊子分局反诈值班台" in (await chief.get(path)).text, path
    assert "坊子分局反诈值班台" in (await small_desk.browser().get("/login")).text
    assert "反诈中心 0536-7660000" in (await chief.get("/settings")).text
    for odd in ("反诈中心", "反诈中心 11", "<b> 96110", "a 110,b 120,c 119,d 122,e 123"):
        wrong = await chief.submit("/settings", {"seen": "2", "local_numbers": odd})
        assert wrong.status_code == 400, odd
        assert "要写名称、空格、号码" in wrong.text
    back = {"seen": "2", "name": "district"}
    assert (await chief.submit("/settings/reset", back)).status_code == 303
    assert "本区" in (await chief.get("/leads")).text
