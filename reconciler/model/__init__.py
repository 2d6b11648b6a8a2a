"""The values that travel between the rooms: frozen, without behaviour that reaches outside themselves."""
