"""The outside world in a box: HTTP fakes of the systems the product talks to, with pages to play lead and SDR.

A separate program (``python -m sandbox``). It imports nothing of the product and is talked to over HTTP only.
"""
