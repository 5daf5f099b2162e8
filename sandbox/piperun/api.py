"""The addresses of the fake PipeRun; ``PIPERUN_URL`` of the product is the sandbox's address plus ``/piperun/v1``."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import Route

from sandbox.piperun import reading, setup, writing
from sandbox.piperun.calls import BASE
from sandbox.piperun.door import Call, Door
from sandbox.piperun.records import KINDS, Records


def routes(records: Records) -> list[Route]:
    door = Door(records)

    def route(verb: str, path: str, action: Callable[[Call], Response]) -> Route:
        return Route(f"{BASE}/{path}", door.handler(action), methods=[verb])

    found = [route("GET", "cities", reading.cities), route("POST", "tags", writing.create_tag)]
    found += [route("GET", name, reading.listed(name)) for name in setup.tables()]
    for kind in KINDS:
        found += [
            route("GET", kind, reading.listing(kind)),
            route("POST", kind, writing.creating(kind)),
            route("GET", f"{kind}/{{id:int}}", reading.single(kind)),
            route("PUT", f"{kind}/{{id:int}}", writing.updating(kind)),
        ]
    found += [
        route("PUT", "deals/{id:int}/persons/{other:int}", writing.add_person),
        route("PUT", "deals/{id:int}/tags/{other:int}", writing.add_tag),
    ]
    return found
