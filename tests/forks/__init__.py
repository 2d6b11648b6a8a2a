"""Command lines of the tool as processes of their own, without the price of its imports for each of them."""
