"""The mirror of conversations in Chatwoot, and what people do there (contracts/chatwoot.md, design.md stage 7).

Our database owns the truth. Outward, one row per lead and channel (`ChatwootLink`) falls due whenever something
happened, and a run brings Chatwoot up to it. Inward, webhooks become events like any provider's.
"""
