"""JSON log lines with the correlation id of the request that began it all. No personal data is ever logged."""

import logging
import sys

import structlog


def configure(part: str, level: str = "INFO") -> None:
    """Makes structlog and the standard library's loggers write one JSON object a line to stderr."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _naming(part),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(sort_keys=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    logging.getLogger("nameko.containers").addFilter(_is_no_refusal)
    for chatty in ("amqp", "kombu", "pymongo", "aio_pika", "aiormq", "nameko", "httpx", "_granian"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; `name` is the module's."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def bind_correlation(correlation_id: str) -> None:
    """From here on this task (greenlet, coroutine) logs with this correlation id and nothing else bound."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(correlation_id=correlation_id)


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """A refusal is an answer, logged by the desk in a line; nameko would add its traceback as a warning."""
    return not str(record.msg).startswith("(expected)")


def _naming(part: str) -> structlog.types.Processor:
    def name(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        event["part"] = part
        return event

    return name
