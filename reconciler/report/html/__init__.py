"""A plan as one HTML page that needs nothing else: no network, no server, and to be read not even scripts."""
