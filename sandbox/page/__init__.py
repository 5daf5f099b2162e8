"""The page: a phone to play the lead, and the product's timeline beside it."""
