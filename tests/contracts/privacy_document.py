"""The table of docs/privacy.md, of contracts/personal_data: `python -m tests.contracts.privacy_document` writes it."""

from pathlib import Path

from services.contracts.personal_data import INVENTORY

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
REGENERATE = "python -m tests.contracts.privacy_document"
BEGINS, ENDS = "<!-- inventory -->\n", "<!-- end of the inventory -->\n"


def table() -> str:
    """One line for each place."""
    head = ["| service | collection | fields | what for | ground (GDPR, article 6) | kept | erased |", "|---" * 7 + "|"]
    rows = [
        f"| {kept.service} | `{kept.collection}` | {', '.join(f'`{name}`' for name in kept.fields)} | {kept.purpose} "
        f"| {kept.ground} | {kept.retention} | {kept.erased} |"
        for kept in INVENTORY
    ]
    return "\n".join([*head, *rows]) + "\n"


def rendered(text: str) -> str:
    """The document with the table as it is now."""
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    return f"{before}{BEGINS}\n{table()}\n{ENDS}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(rendered(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
