"""The pages: a phone to play the lead with the product's timeline beside it, and a desk to play the SDR."""
