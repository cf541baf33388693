"""All settings, read once per process from FANZHA_* variables and `.env`, then passed down."""

import logging
import re
from datetime import date, timedelta
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from bot.errors import SettingsError
from bot.settings_problems import lines_without_value, malformed, unknown_names

PREFIX = "FANZHA_"
ENV_FILE = ".env"
LOCAL_NUMBER = re.compile(r"([^\W\d_][^\W_]{0,14}) +([0-9]{3,5}(?:-?[0-9]{3,8}){0,2})")
"""A name of at most 15 signs and a number as it is dialled."""
MOST_LOCAL_NUMBERS = 4
HOST = r"[A-Za-z0-9._:-]{1,253}"


class Settings(BaseSettings):
    """Every setting with its default; the description is what README prints."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
    )

    data_dir: Path = Field(Path("data"), description="folder for database, keys and built library")
    database_url: str = Field(
        "", description="empty: SQLite in the data folder; or postgresql+asyncpg://user:…@host/db"
    )
    district: str = Field(
        "本区", min_length=1, max_length=20, description="name shown to residents"
    )
    local_numbers: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="numbers of the district to call: 反诈中心 0536-7660000, …"
    )
    host: str = Field("127.0.0.1", pattern=rf"^{HOST}$", description="address of the chat page")
    port: int = Field(8000, ge=1, le=65535, description="port of the chat page")
    console_host: str = Field(
        "",
        pattern=rf"^({HOST})?$",
        description="own address of the console; empty: as the chat page",
    )
    console_port: int | None = Field(
        None, ge=1, le=65535, description="own port of the console; empty: as the chat page"
    )
    public_url: str = Field(
        "", pattern=r"^(https?://[^\s/]+)?$", description="address people use behind a TLS proxy"
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="comma-separated proxy addresses whose X-Forwarded-* headers count"
    )
    telegram_token: SecretStr = Field(SecretStr(""), description="bot token; empty: Telegram off")
    telegram_api: str = Field(
        "https://api.telegram.org",
        pattern=r"^https?://[^\s/]+$",
        description="Bot API server, for one of your own",
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="set together with public_url: webhook instead of polling"
    )
    key_file: Path | None = Field(
        None, description="encryption keys; empty: secret.key in the data folder"
    )
    keys: SecretStr = Field(
        SecretStr(""),
        description="the keys themselves instead of a file: 1:<base64>,fingerprint:<base64>",
    )
    library_cache: Path | None = Field(
        None, description="built library; empty: library/ in the data folder"
    )
    evidence_url: str = Field(
        "",
        pattern=r"^(s3://[a-z0-9.-]+(/[A-Za-z0-9._-]+)*)?$",
        description="where residents' files lie: s3://bucket/folder; empty: data folder",
    )
    evidence_endpoint: str = Field(
        "", pattern=r"^(https?://[^\s/]+)?$", description="address of an S3-compatible store"
    )
    evidence_key_id: str = Field("", description="access key of that store")
    evidence_secret: SecretStr = Field(SecretStr(""), description="its secret")
    hearing_model: Path | None = Field(
        None, description="speech model on this machine, for a plug-in that hears; empty: none"
    )
    check_retention_days: int = Field(
        30, ge=1, le=3650, description="checks are deleted after this"
    )
    lead_retention_days: int = Field(
        1095,
        ge=30,
        le=36500,
        description="personal values of leads that ended or nobody works on are blanked after this",
    )
    daily_report_at: str = Field(
        "08:00",
        pattern=r"^(off|([01]\d|2[0-3]):[0-5]\d)$",
        description="when the chiefs' chats get the daily report; off: never",
    )
    weekly_report_at: str = Field(
        "mon 08:30",
        pattern=r"^(off|(mon|tue|wed|thu|fri|sat|sun) ([01]\d|2[0-3]):[0-5]\d)$",
        description="when the chiefs' chats get the weekly report; off: never",
    )
    quiet_hours: str = Field(
        "21:30-07:00",
        pattern=r"^(off|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$",
        description="no notice goes out then, emergencies excepted; off: at any hour",
    )
    notices_per_day: int = Field(2, ge=1, le=20, description="most notices a group gets in a day")
    blackout_dates: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="more days without notices than Spring Festival: 2027-06-07..2027-06-10, …",
    )
    telegram_name: str = Field(
        "",
        pattern=r"^([A-Za-z][A-Za-z0-9_]{4,31})?$",
        description="user name of the bot, for links from notices; empty: no links",
    )
    second_factor: Literal["required", "optional"] = Field(
        "required",
        description="whether the console asks everybody for a code of an authenticator",
    )
    residents: int = Field(
        0, ge=0, le=100_000_000, description="how many people live here, for cases per 10,000"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="least level that is logged"
    )
    messages_per_minute: int = Field(
        30, ge=1, le=600, description="messages answered per person and minute"
    )

    @field_validator("trusted_proxies", "blackout_dates", "local_numbers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in re.split("[,，]", value) if part.strip())
        return value

    @field_validator("district")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not value.isprintable() or not value.strip():
            raise ValueError("not a name")
        return value.strip()

    @field_validator("local_numbers")
    @classmethod
    def _can_be_dialled(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found = [LOCAL_NUMBER.fullmatch(one) for one in value]
        if len(value) > MOST_LOCAL_NUMBERS or not all(found):
            raise ValueError("not names with numbers")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in value:
            ip_network(proxy, strict=False)
        return value

    @field_validator("blackout_dates")
    @classmethod
    def _are_days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for span in value:
            first, _, last = span.partition("..")
            begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
            if not timedelta(0) <= end - begin <= timedelta(days=40):
                raise ValueError("not a span of days")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"([0-9]{3,20}:[A-Za-z0-9_-]{20,})?", value.get_secret_value()):
            raise ValueError("not a token")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _telegram_takes_it(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"([A-Za-z0-9_-]{16,256})?", value.get_secret_value()):
            raise ValueError("not a secret for Telegram")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_driver(cls, value: str) -> str:
        if value and not value.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("another driver")
        _ = urlsplit(value).port  # raises ValueError for one that is no number
        return value

    @model_validator(mode="after")
    def _webhook_needs_an_address(self) -> "Settings":
        webhook = bool(self.telegram_webhook_secret.get_secret_value())
        if webhook and not self.public_url:
            raise ValueError(
                "缺少 FANZHA_PUBLIC_URL：设置了 FANZHA_TELEGRAM_WEBHOOK_SECRET，"
                "还要写居民访问的 https 地址，例如 https://fanzha.example.cn。"
            )
        if webhook and not self.telegram_token.get_secret_value():
            raise ValueError(
                "缺少 FANZHA_TELEGRAM_TOKEN：设置了 FANZHA_TELEGRAM_WEBHOOK_SECRET，"
                "还要写 @BotFather 给的 token。"
            )
        return self

    @model_validator(mode="after")
    def _keys_come_from_one_place(self) -> "Settings":
        if self.key_file is not None and self.keys.get_secret_value():
            raise ValueError(
                "FANZHA_KEYS 和 FANZHA_KEY_FILE 只能写一个：密钥写在环境里，或放在文件里。"
            )
        return self

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy address of the database in use."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve()}/fanzha.sqlite3"

    @cached_property
    def key_path(self) -> Path | None:
        """Where the encryption keys lie; None where the settings themselves hold them."""
        if self.keys.get_secret_value():
            return None
        return self.key_file or self.data_dir / "secret.key"

    @cached_property
    def backups(self) -> Path:
        """Where backups made by a tap lie."""
        return self.data_dir / "backups"

    @cached_property
    def library_dir(self) -> Path:
        """Where the built library lies."""
        return self.library_cache or self.data_dir / "library"

    @cached_property
    def console_address(self) -> tuple[str, int]:
        """Host and port of the console; the chat page's own where none is set."""
        return (self.console_host or self.host, self.console_port or self.port)

    @cached_property
    def secure_cookies(self) -> bool:
        """Cookies are marked Secure once people come through https."""
        return self.public_url.startswith("https://")


def load_settings() -> Settings:
    """Settings of this process. Raises SettingsError that names every wrong one."""
    logging.getLogger("dotenv").setLevel(logging.ERROR)  # what it warns of is said below
    problems = lines_without_value(Path(ENV_FILE), PREFIX)
    given = {*EnvSettingsSource(Settings).env_vars, *DotEnvSettingsSource(Settings).env_vars}
    problems += unknown_names(given, PREFIX, Settings.model_fields)
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [malformed(problem, PREFIX) for problem in error.errors()]
    else:
        if not problems:
            return settings
    raise SettingsError("设置有误，请改正后重新启动：\n" + "\n".join(problems))
