"""Every mistake in a library file is told with its place and what to write instead."""

from pathlib import Path

import pytest

from bot.services.library import LibraryError, read_patterns
from tests.services.small_patterns import write_small_patterns

FAMILY = "brushing/brush_task.yml"
GENUINE = "genuine/chat_daily.yml"


def errors_after(tmp_path: Path, name: str, old: str, new: str) -> str:
    root = write_small_patterns(tmp_path)
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LibraryError) as caught:
        read_patterns(root)
    return caught.value.words


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (FAMILY, "'id': 'brush_task'", "id: other", "应和文件名一样"),
        (FAMILY, "'brushing'", "'brush'", "应和所在文件夹一样"),
        (FAMILY, "'stable'", "'stabel'", "只能写 draft、trial、stable、retired"),
        (FAMILY, "'A2'", "'A9'", "A0、A1"),
        (FAMILY, "'version': 1", "'version': 'one'", "不是正整数"),
        (FAMILY, "'title': '谎称", "'title': '" + "谎" * 20, "缩短到 18 个字"),
        (FAMILY, "'hook'", "'hok'", "不认识“hok”"),
        (FAMILY, "'advice':", "'advise':", "缺少“advice”"),
        (FAMILY, "'招兼职刷单员", "'招{boss}刷单员", "没有 {boss} 这个空"),
        (FAMILY, "'招兼职刷单员", "'招{兼职刷单员", "单独的花括号"),
        (FAMILY, "- '宝妈", "- 您好: '宝妈", "读成了别的结构"),
        (FAMILY, "- '宝妈", "- no\n  - '宝妈", "没有加引号"),
        (FAMILY, "- '宝妈", "- @宝妈 '", "不是正确的 YAML"),
        (FAMILY, "- '宝妈", "- ''\n  - '宝妈", "这里是空的"),
        (FAMILY, "'sms':", "'mail':", "不认识“mail”"),
        (
            GENUINE,
            "今晚回来吃饭吗?我买了排骨",
            "招兼职刷单员,先垫付后返利,单单结算,有意加Q详聊",
            "写了两次",
        ),
        ("slots.yml", "name:", "nmae:", "缺少“name”"),
        (
            "fake_customer_service/cs_insurance.cases.yml",
            "微信客服说您的百万保障要扣费,请马上打开屏幕共享办理关闭",
            "您先别挂电话,打开屏幕共享,我一步一步指导您取消自动扣费",
            "用例和库里的话相同",
        ),
    ],
)
def test_mistake_is_told(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    words = errors_after(tmp_path, name, old, new)
    assert told in words
    assert f"{Path(name).name}:" in words or told == "写了两次"


def test_line_number_is_the_line_of_the_mistake(tmp_path: Path) -> None:
    root = write_small_patterns(tmp_path)
    path = root / FAMILY
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if "宝妈" in line)
    lines[at] = lines[at].replace("宝妈", "{who}")
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(LibraryError, match=f"{FAMILY}:{at + 1}: "):
        read_patterns(root)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    root = write_small_patterns(tmp_path)
    (root / FAMILY).write_text("- 1\n", encoding="utf-8")
    (root / GENUINE).write_bytes(b"\xff\xfe\x00")
    (root / "slots.yml").unlink()
    with pytest.raises(LibraryError) as caught:
        read_patterns(root)
    for name in (FAMILY, GENUINE, "slots.yml"):
        assert name in caught.value.words


def test_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="缺少这个文件"):
        read_patterns(tmp_path)
