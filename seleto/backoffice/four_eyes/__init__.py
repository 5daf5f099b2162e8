"""Publishing with four eyes: what leads are told changes only once a second person has agreed.

Optional (``SafetyRules.four_eyes``). While it is on, every POST to a page of the admin that could change such rows is
tried inside a transaction: what it would change is read off the tables, the transaction is undone, and the request is
kept (``holding``). Another person with ``knowledge.publish_knowledge`` has the very request done again, with its
checks, history and audit, and it stands only if it changes exactly what was shown (``deciding``). So there is no list
of forms to keep complete: a new button on those pages is held too.
"""
