"""Send a month's packs to the people of its book: each once, each their own part (SPEC 12).

1. orders      what is asked                                  ``orders``
2. dispatch    who would get what, and what keeps it back     ``dispatch``
3. packs       one PDF a scope and language, recorded         ``parcels``
4. delivery    claim, send, settle; one person at a time      ``delivering``
"""
