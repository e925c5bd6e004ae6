"""Benchmarks: each module here is one, with a ``main()`` that prints figures.

``main`` returns 0 when the figures are within its targets and 1 when they are not. Run by
``python3 run.py bench [NAME]``, on the PostgreSQL of ``DATABASE_URL`` or on a throw-away one.
"""
