"""The engine: observe, diff, order, execute. It is handed a catalog of kinds and a client, and knows no
kind by name.
"""
