"""The record of processing (LGPD art. 37), made from the models: which column holds what of whom, why and until when.

``decisions`` has a word for every column that can hold text; ``table`` joins it with the models. A column without a
decision fails ``manage.py check --deploy``.
"""
