"""A plan as those read it who have to decide about it: what it disrupts, and why."""
