"""Which articles a turn's brief holds: what the lead asked about now, then what they are interested in."""

from conversations.agent.state import TurnState
from knowledge import queries, search
from knowledge.catalogue import ArticleFacts

# Enough for a question about several products; some 25 tokens each.
MAX_ARTICLES = 24
SEARCH_RESULTS = 12
# The search reads no more of a text than this. A long story ends with its question, so it is given the end.
QUESTION_CHARS = 1_000


def articles_for(state: TurnState) -> tuple[ArticleFacts, ...]:
    """At most ``MAX_ARTICLES`` sayable articles, the most relevant first.

    May wait for the embeddings endpoint: part of reading a turn's state, outside `decide` and any transaction.
    """
    sayable = {article.id: article for article in queries.articles() if article.sayable}
    wanted: dict[str, ArticleFacts] = {}
    question = " ".join(line.text for line in state.pending if line.text)[-QUESTION_CHARS:]
    found = search.search_by_meaning(question, limit=SEARCH_RESULTS) if question else None
    for result in found.results if found else ():
        wanted.setdefault(result.article, sayable[result.article])
    codes = [*(found.products if found else ()), state.facts.get("produto", "")]
    for code in codes:
        for article in sayable.values():
            if code and code in article.products:
                wanted.setdefault(article.id, article)
    return tuple(wanted.values())[:MAX_ARTICLES]
