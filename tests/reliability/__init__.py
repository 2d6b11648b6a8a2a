"""What is promised when things go wrong, each by the behaviour that keeps it."""
