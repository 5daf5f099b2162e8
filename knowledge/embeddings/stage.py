"""Articles get their vectors in the background, and new ones when text, model or dimensions change.

Nothing marks an article as due: it is due while no vector (or reason for none) of its present text and the present
model is stored. So no way of writing an article, and no change of settings, can be forgotten. A vector that arrives
late is stored with the digest of the text it was made from and is simply not current; embedding a text twice costs a
little and harms nothing, hence no lease token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection

from knowledge.embeddings import endpoint, store
from knowledge.models import ArticleEmbedding
from seleto.lib import alerts, clock, jobs, metrics, poison
from seleto.lib.errors import Misconfigured, ProviderError, Rejected
from seleto.lib.models import Alert

log = structlog.get_logger(__name__)

NAME = "embed"
# A failed call is tried again after 30, 60, 120 … seconds.
RETRY_S = 30
RETRY_MAX_S = 15 * 60
ALERT = "embeddings:articles"
_PARKED = "Um artigo derrubou o processo ao ganhar busca por significado e foi deixado sem ela"
_ALERT_TITLE = "Há artigos sem busca por significado: rode `manage.py doctor`"

ARTICLES = metrics.counter("embeddings_articles", "Articles sent for a vector, by outcome.", ["outcome"])

# An article to embed now or later; a row in hand is neither.
_DUE = (
    f"FROM knowledge_article a LEFT JOIN knowledge_articleembedding e ON e.article_id = a.id WHERE {store.SAYABLE}"
    f" AND (e.id IS NULL OR NOT ({store.CURRENT})) AND (e.leased_until IS NULL OR e.leased_until < now())"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One article in hand; ``attempts`` counts this one."""

    id: int
    text: str
    digest: str
    attempts: int


Batch = tuple[Item, ...]


def register() -> None:
    jobs.register(jobs.Stage(name=NAME, cluster="background", claim=claim, run=run, renew=renew, next_due=next_due))


def claim(_limit: int) -> Sequence[Batch]:
    """At most one batch: one call serves all its articles. SQL because claiming must be one statement."""
    if not _on():
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH due AS (SELECT a.id, {store.BODY} AS body {_DUE}"  # noqa: S608 our constants
            " AND (e.due_at IS NULL OR e.due_at <= %(now)s) ORDER BY a.code LIMIT %(most)s"
            " FOR UPDATE OF a SKIP LOCKED), taken AS ("
            " INSERT INTO knowledge_articleembedding AS e"
            " (article_id, model, dimensions, digest, reason, attempts, due_at, leased_until)"
            " SELECT id, '', 0, '', '', 1, %(now)s, now() + make_interval(secs => %(lease)s) FROM due"
            " ON CONFLICT (article_id) DO UPDATE SET attempts = e.attempts + 1, leased_until = excluded.leased_until"
            " WHERE e.leased_until IS NULL OR e.leased_until < now() RETURNING id, article_id, attempts)"
            " SELECT taken.id, due.body, md5(due.body), taken.attempts FROM taken JOIN due ON due.id = article_id",
            {**_wanted(), "now": clock.now(), "most": endpoint.MAX_TEXTS, "lease": settings.LEASE_S},
        )
        batch = tuple(Item(*row) for row in cursor.fetchall())
    return [batch] if batch else []


def run(batch: Batch) -> None:
    """The batch; articles at which a process died before are done after the others, each by itself."""
    tried = poison.tries(NAME, [item.id for item in batch])
    new = tuple(item for item in batch if str(item.id) not in tried)
    if new:
        with poison.counted(NAME, [item.id for item in new], title=_PARKED):
            _run(new)
    for item in sorted(batch, key=lambda item: tried.get(str(item.id), 0)):
        if item in new:
            continue
        if tried[str(item.id)] >= poison.MOST_TRIES:
            _store(item, vector=None, reason="tentativas_esgotadas")
            ARTICLES.labels(outcome="parked").inc()
            continue
        with poison.counted(NAME, [item.id], title=_PARKED):
            _run((item,))


def _run(batch: Batch) -> None:
    """One call for the batch; when a text of it is refused, one for each, so that the others get theirs."""
    try:
        _embed(batch)
    except Misconfigured as error:
        _raise_alarm(error)
        _postpone(batch, error)
    except Rejected as error:
        if len(batch) == 1:
            _give_up(batch[0], error)
        else:
            for item in batch:
                _run((item,))
    except ProviderError as error:
        _postpone(batch, error)
    else:
        if not missing():
            alerts.close(ALERT, now=clock.now())


def renew(batches: Sequence[Batch]) -> None:
    jobs.extend_leases("knowledge_articleembedding", [item.id for batch in batches for item in batch])


def next_due() -> datetime | None:
    """When the next article wants its vector: since its last change, or from the next attempt on."""
    if not _on():
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min(coalesce(e.due_at, a.updated_at)) {_DUE}", _wanted())
        due: datetime | None = cursor.fetchone()[0]
    return due


def missing() -> int:
    """How many articles have no vector of their present text and model."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM knowledge_article a"  # noqa: S608 our constants
            " LEFT JOIN knowledge_articleembedding e ON e.article_id = a.id"
            f" WHERE {store.SAYABLE} AND (e.vector IS NULL OR NOT ({store.CURRENT}))",
            _wanted(),
        )
        count: int = cursor.fetchone()[0]
    return count


def _on() -> bool:
    return endpoint.configured() and store.is_ready()


def _wanted() -> dict[str, str | int]:
    return {"model": settings.EMBEDDINGS_MODEL, "dimensions": settings.EMBEDDINGS_DIMENSIONS}


def _embed(batch: Batch) -> None:
    vectors = endpoint.embed([item.text for item in batch], read_s=settings.EMBEDDINGS_READ_TIMEOUT_S)
    for item, vector in zip(batch, vectors, strict=True):
        _store(item, vector=list(vector))
    ARTICLES.labels(outcome="embedded").inc(len(batch))


def _store(item: Item, *, vector: list[float] | None, reason: str = "") -> None:
    ArticleEmbedding.objects.filter(pk=item.id).update(
        vector=vector, reason=reason, digest=item.digest, attempts=0, due_at=clock.now(), leased_until=None, **_wanted()
    )


def _give_up(item: Item, error: ProviderError) -> None:
    """The text is refused for good; the search by words still finds the article."""
    _store(item, vector=None, reason=error.reason)
    ARTICLES.labels(outcome="rejected").inc()
    _raise_alarm(error)


def _postpone(batch: Batch, error: ProviderError) -> None:
    """Vectors of an older text stay stored; they do not count, but tell nothing false either."""
    now = clock.now()
    for item in batch:
        wait = max(min(RETRY_S * 2 ** min(item.attempts - 1, 10), RETRY_MAX_S), error.retry_after or 0)
        ArticleEmbedding.objects.filter(pk=item.id).update(due_at=now + timedelta(seconds=wait), leased_until=None)
    ARTICLES.labels(outcome="postponed").inc(len(batch))


def _raise_alarm(error: ProviderError) -> None:
    log.warning("embeddings.refused", reason=error.reason, status=error.status)
    alerts.open_(ALERT, title=_ALERT_TITLE, level=Alert.Level.WARNING, now=clock.now())
