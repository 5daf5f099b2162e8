from starlette.routing import Route

from sandbox.box import Box


def routes(box: Box) -> list[Route]:
    return []
