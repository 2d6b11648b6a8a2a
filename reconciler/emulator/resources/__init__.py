"""The API's groups of endpoints, one module each: how an object is shown (`show_*`), and what calls do.

A module may use the ones below it (devices use addresses, all use events), never `routes/`, which lists
them all.
"""
