"""sample: the sample data of deploy/sample, through the services, as a coordinator would enter it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import yaml

from deploy.node import regions
from deploy.node.errors import NodeError
from deploy.node.folder import DataFolder
from deploy.node.regions import Region
from deploy.node.state import write_text
from services.contracts.principal import Principal

from . import options
from .remote import Services, talk
from .terminal import say

FOLDER = Path(__file__).resolve().parents[1] / "sample"
COORDINATOR = "koordinaattori@example.org"


@click.command(short_help="Load the sample data.")
@options.data
def sample(folder: DataFolder) -> None:
    """Load organisations, consortia, made-up events and news into a running node. Loaded twice, it changes nothing."""
    load(folder)


def load(folder: DataFolder) -> None:
    """Raises NodeError when the node does not run or a service refuses."""
    setup = folder.setup()
    if setup is None:
        raise NodeError(f"no node is running in {folder.path}: start it with ./malmi up")
    region = regions.load(setup.region)
    day = _day_of_loading(folder, region)

    async def enter(services: Services) -> dict[str, int]:
        return await _Loading(services, await _coordinator(services, region), region, day).all()

    counts = talk(folder, enter)
    say("Sample data: " + ", ".join(f"{what} {count}" for what, count in counts.items()))
    say(f"Its coordinator is {COORDINATOR}; a key for it:  ./malmi key add {COORDINATOR}")


def _day_of_loading(folder: DataFolder, region: Region) -> datetime.date:
    """Kept, so that the same commands are said when the sample is loaded again, and nothing happens twice."""
    file = folder.path / "sample.day"
    if file.exists():
        return datetime.date.fromisoformat(file.read_text().strip())
    today = datetime.datetime.now(ZoneInfo(region.time_zone)).date()
    write_text(file, f"{today}\n")
    return today


async def _coordinator(services: Services, region: Region) -> Principal:
    account = await services.call(
        "actors.open_account",
        {"email": COORDINATOR, "name": "Koordinaattori (esimerkki)"},
        command="sample-coordinator",
    )
    for target in [nuts.v2024 for nuts in region.nuts] or [f"node:{region.slug}"]:
        await services.call(
            "actors.grant_mandate",
            {"account": account["id"], "role": "coordinator", "target": target},
            command=f"sample-coordinator-of-{target}",
        )
    return Principal("account", account["id"])


@dataclass(frozen=True, slots=True)
class _Loading:
    services: Services
    coordinator: Principal
    region: Region
    day: datetime.date

    async def all(self) -> dict[str, int]:
        own, made_up = _read(self.region.slug), _read("made_up")
        organisations = {one["key"]: await self._organisation(one) for one in own.get("organisations", [])}
        for one in own.get("relations", []):
            await self._relation(one, organisations)
        consortia = [await self._consortium(one, organisations) for one in own.get("consortia", [])]
        events = news = 0
        if self.region.nuts:
            home = self.region.nuts[0].v2024
            for one in made_up["events"]:
                await self._event(one, home)
                events += 1
            for one in made_up["news"]:
                await self._say("consortium.post_news", one, target={"kind": "region", "id": home})
                news += 1
        return {"organisations": len(organisations), "consortia": len(consortia), "events": events, "news": news}

    async def _organisation(self, one: Mapping[str, Any]) -> str:
        return str((await self._say("actors.register_organisation", one))["id"])

    async def _relation(self, one: Mapping[str, Any], organisations: Mapping[str, str]) -> None:
        key = f"{one['organisation']}-{one['kind']}-{one['other']}"
        parties = {name: organisations[one[name]] for name in ("organisation", "other")}
        await self._say("actors.state_relation", {"key": key, "kind": one["kind"]}, **parties)

    async def _consortium(self, one: Mapping[str, Any], organisations: Mapping[str, str]) -> str:
        founded = {name: value for name, value in one.items() if name != "members"}
        consortium = str((await self._say("consortium.found", founded))["id"])
        for member in one["members"]:
            dates = {name: str(member[name]) for name in ("since", "until") if name in member}
            await self._say(
                "consortium.invite_member",
                {"key": f"{one['key']}-{member['organisation']}", "role": member["role"], **dates},
                consortium=consortium,
                organisation=organisations[member["organisation"]],
                agreed=True,
            )
        return consortium

    async def _event(self, one: Mapping[str, Any], home: str) -> None:
        drafted = {name: value for name, value in one.items() if name not in ("day", "begins", "ends")}
        place = one.get("place")
        event = await self._say(
            "events.draft_event",
            {**drafted, "place": {**place, "region": home} if place else None},
            organiser={"kind": "region", "id": home},
            begins=self._moment(one["day"], one["begins"]),
            ends=self._moment(one["day"], one["ends"]),
            time_zone=self.region.time_zone,
            regions=[home],
        )
        await self._say("events.publish_event", {"key": one["key"], "id": event["id"]})

    def _moment(self, day: int, clock: str) -> str:
        local = datetime.datetime.combine(
            _working_day(self.day + datetime.timedelta(days=day)),
            datetime.time.fromisoformat(clock),
            ZoneInfo(self.region.time_zone),
        )
        return local.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")

    async def _say(self, method: str, one: Mapping[str, Any], **more: Any) -> Any:
        """A command whose id comes from the sample's own key: said again, it is the same command."""
        arguments = {name: value for name, value in {**one, **more}.items() if name != "key"}
        command = f"sample-{method}-{one['key']}"
        return await self.services.call_when_known(method, arguments, principal=self.coordinator, command=command)


def _read(name: str) -> dict[str, Any]:
    file = FOLDER / f"{name}.yaml"
    if not file.exists():
        return {}
    loaded: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return loaded


def _working_day(day: datetime.date) -> datetime.date:
    """The day itself, or the Monday after a weekend: nobody holds a seminar on a Sunday."""
    return day + datetime.timedelta(days=(7 - day.weekday()) % 7 if day.weekday() >= 5 else 0)
