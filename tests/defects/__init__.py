"""Deliberate bugs, and what has to catch each: tests of the tests.

    python -m tests.defects
    python -m tests.defects 'take the first page' --jobs 1
    python -m tests.defects --by campaigns
    python -m tests.defects --search --campaign sweep --only '*/apply/journal/*:pretend' --count 24 'is believed'

Each defect is put by itself into a copy of the repository, and the command that has to catch it is run there. Before
that, each command has to pass in the copy as it is: what fails anyway catches nothing.
"""
