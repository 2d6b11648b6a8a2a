"""Measurements, as commands; nothing here runs in the test suite."""
