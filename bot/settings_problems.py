"""What is wrong with a setting, in words: which one it is and what is expected there."""

import difflib
import re
from collections.abc import Collection
from pathlib import Path

from pydantic_core import ErrorDetails

from bot.errors import SettingsError, system_words

EXPECTED = {
    "data_dir": "要写一个文件夹的路径，例如 data",
    "database_url": (
        "要写成 sqlite+aiosqlite:///文件 或 postgresql+asyncpg://用户名:密码@主机/库名；"
        "密码里的特殊字符要写成百分号编码"
    ),
    "district": "要写 1 到 20 个字的辖区名，例如 城东分局",
    "local_numbers": "要写名称、空格、号码，最多四个，用逗号分隔，例如 反诈中心 0536-7660000",
    "host": "要写本机的地址，例如 127.0.0.1；让别的电脑也能打开写 0.0.0.0",
    "port": "要写 1 到 65535 的整数，例如 8000",
    "console_host": "要写本机的地址，例如 127.0.0.1；和聊天网页相同就留空",
    "console_port": "要写 1 到 65535 的整数，例如 8001；和聊天网页相同就留空",
    "public_url": "要写 https:// 开头、后面没有路径的网址，例如 https://fanzha.example.cn",
    "trusted_proxies": "要写代理的 IP 地址或网段，多个用逗号隔开，例如 127.0.0.1,10.0.0.0/8",
    "telegram_token": "要写 @BotFather 给的 token：数字、半角冒号、一串字母数字",
    "telegram_api": "要写 http:// 或 https:// 开头、后面没有路径的网址，例如 https://api.telegram.org",
    "telegram_webhook_secret": "要写 16 到 256 个字母、数字、横线或下划线",
    "key_file": "要写密钥文件的路径，例如 /etc/fanzha/secret.key",
    "keys": "要写成 1:密钥,fingerprint:密钥，密钥是 32 字节的 Base64；放在密钥文件里就留空",
    "library_cache": "要写一个文件夹的路径，例如 data/library",
    "evidence_url": "要写成 s3://桶名/文件夹；放在数据文件夹就留空",
    "evidence_endpoint": "要写 http:// 或 https:// 开头、后面没有路径的网址，例如 http://127.0.0.1:9000",
    "evidence_key_id": "要写对象存储的访问密钥编号",
    "evidence_secret": "要写对象存储的访问密钥",
    "hearing_model": "要写语音识别模型的路径，例如 /opt/models/zh；没有插件就留空",
    "check_retention_days": "要写 1 到 3650 的整数，单位是天",
    "lead_retention_days": "要写 30 到 36500 的整数，单位是天",
    "daily_report_at": "要写时间，例如 08:00；不要日报就写 off",
    "quiet_hours": "要写起止时间，例如 21:30-07:00；随时都发就写 off",
    "notices_per_day": "要写 1-20 的整数",
    "blackout_dates": "要写日期，用逗号分隔，例如 2027-06-07..2027-06-10,2027-10-01",
    "telegram_name": "要写机器人的用户名，不带 @，例如 fanzha_bot",
    "weekly_report_at": "要写星期和时间，例如 mon 08:30；不要周报就写 off",
    "second_factor": "只能写 required（人人都要验证码）或 optional（绑定了的才要）",
    "residents": "要写辖区居民人数，例如 120000；不算万人发案就写 0",
    "log_level": "只能写 DEBUG、INFO、WARNING 或 ERROR",
    "messages_per_minute": "要写 1 到 600 的整数",
}
NEVER_SHOWN = {
    "database_url",
    "telegram_token",
    "telegram_webhook_secret",
    "public_url",
    "evidence_key_id",
    "evidence_secret",
    "evidence_endpoint",
    "keys",
}
"""What these are set to may hold a secret."""
ELSEWHERE = {"fanzha_officer"}
"""Variables with our prefix that are no settings: options of commands."""
LONGEST_SHOWN = 60


def malformed(problem: ErrorDetails, prefix: str) -> str:
    """A setting whose value cannot be used."""
    if not problem["loc"]:
        return problem["msg"].removeprefix("Value error, ")
    name = str(problem["loc"][0])
    given = problem["input"]
    shown = name not in NEVER_SHOWN and isinstance(given, str) and given.isprintable()
    now = f"现在写的是“{given[:LONGEST_SHOWN]}”，" if shown else ""
    return f"{prefix}{name.upper()}：{now}{EXPECTED[name]}。"


def unknown_names(given: Collection[str], prefix: str, known: Collection[str]) -> list[str]:
    """Variables with our prefix that are no setting, which else would change nothing unseen."""
    names = {f"{prefix}{name}".lower() for name in known}
    problems = []
    for name in sorted(given):
        if not name.lower().startswith(prefix.lower()) or name.lower() in names | ELSEWHERE:
            continue
        near = difflib.get_close_matches(name.lower(), names, 1)
        hint = f"是不是 {near[0].upper()}？" if near else "请删掉它，或对照 .env.example。"
        problems.append(f"{name.upper()}：没有这个设置。{hint}")
    return problems


def lines_without_value(path: Path, prefix: str) -> list[str]:
    """Lines of an .env file that name a setting and give it no value with an equals sign.

    Raises SettingsError for a file that cannot be read.
    """
    try:
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        why = system_words(error) if isinstance(error, OSError) else "不是 UTF-8 编码"
        raise SettingsError(
            f"无法读取设置文件 {path}（{why}）。请用 UTF-8 保存成每行一个“名字=值”。"
        ) from None
    named = re.compile(rf"\s*(?:export\s+)?({prefix}\w*)(?!\w|\s*=)", re.IGNORECASE)
    return [
        f"{found[1]}：{path} 第 {number} 行要写成 {found[1]}=值，中间是半角等号。"
        for number, line in enumerate(lines, 1)
        if (found := named.match(line))
    ]
