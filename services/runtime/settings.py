"""Settings of a part, read once from the environment. deploy/ sets them; docs/operators.md lists them."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from services.contracts.schemas.fields import NUTS3


class BadSettings(ValueError):
    """A variable is missing or wrong; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a part knows of its node. `regions`: NUTS 3 codes (2024). `languages`: in order of fallback.

    `quiet_hours`: from which hour to which (in `time_zone`) mail that can wait does wait; `off`: never.
    `rate_limit_factor` multiplies the limits of what is open to the public; 0 switches them off.
    `audit_days`: for how long it is known who saw or changed personal data.
    `incarnation` rises when the node is restored from a backup. `secret` keys the tokens of links in mails.
    """

    part: str
    node: str
    node_name: Mapping[str, str]
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    time_zone: str
    incarnation: int
    data: Path
    public_url: str
    amqp_uri: str
    mongodb_uri: str
    database_prefix: str
    secret: bytes
    smtp_uri: str
    mail_from: str
    contact: str
    host: str
    port: int
    workers: int
    trusted_proxies: int
    webhooks_private: bool
    log_level: str
    rate_limit_factor: float = 1.0
    quiet_hours: str = "21-7"
    audit_days: int = 730

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises BadSettings when a variable that has no default is missing, or one is malformed."""
        read = _Reader(environment)
        return cls(
            part=read.text("MALMI_PART"),
            node=read.text("MALMI_NODE"),
            node_name=read.localized("MALMI_NODE_NAME"),
            regions=read.regions("MALMI_REGIONS"),
            languages=read.words("MALMI_LANGUAGES", "fi,sv,en"),
            time_zone=read.text("MALMI_TIME_ZONE", "Europe/Helsinki"),
            incarnation=read.number("MALMI_INCARNATION", "1"),
            data=Path(read.text("MALMI_DATA", ".malmi")),
            public_url=read.text("MALMI_PUBLIC_URL", "http://127.0.0.1:8080").rstrip("/"),
            amqp_uri=read.text("AMQP_URI"),
            mongodb_uri=read.text("MONGODB_URI", ""),
            database_prefix=read.text("MALMI_DB_PREFIX", "malmi_"),
            secret=read.secret("MALMI_SECRET"),
            smtp_uri=read.text("SMTP_URI", ""),
            mail_from=read.text("MAIL_FROM", "malmi@localhost"),
            contact=read.text("MALMI_CONTACT", ""),
            host=read.text("MALMI_HOST", "127.0.0.1"),
            port=read.number("MALMI_PORT", "8080"),
            workers=read.number("MALMI_WORKERS", "1"),
            trusted_proxies=read.number("MALMI_TRUSTED_PROXIES", "0"),
            webhooks_private=read.text("MALMI_WEBHOOKS_PRIVATE", "0") == "1",
            log_level=read.text("MALMI_LOG_LEVEL", "INFO"),
            rate_limit_factor=float(read.number("MALMI_RATE_LIMIT_FACTOR", "1")),
            quiet_hours=read.text("MALMI_QUIET_HOURS", "21-7"),
            audit_days=read.number("MALMI_AUDIT_DAYS", "730"),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str | None = None) -> str:
        value = self.environment.get(name, default)
        if value is None or (value == "" and default is None):
            raise BadSettings(f"{name} is not set")
        return value

    def number(self, name: str, default: str) -> int:
        value = self.text(name, default)
        try:
            return int(value)
        except ValueError as error:
            raise BadSettings(f"{name} is no whole number: {value!r}") from error

    def words(self, name: str, default: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.text(name, default).split(",") if word.strip())

    def regions(self, name: str) -> tuple[str, ...]:
        codes = self.words(name, "")
        wrong = [code for code in codes if NUTS3.match(code) is None]
        if wrong:
            raise BadSettings(f"{name}: not a NUTS 3 code: {', '.join(wrong)}")
        return codes

    def localized(self, name: str) -> Mapping[str, str]:
        value = self.text(name, "{}")
        try:
            texts = json.loads(value)
        except ValueError as error:
            raise BadSettings(f"{name} is no JSON") from error
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise BadSettings(f'{name} must be like {{"fi": "..."}}')
        return texts

    def secret(self, name: str) -> bytes:
        value = self.text(name)
        try:
            key = bytes.fromhex(value)
        except ValueError as error:
            raise BadSettings(f"{name} is no hexadecimal number") from error
        if len(key) < 32:
            raise BadSettings(f"{name} must have 32 bytes or more")
        return key
