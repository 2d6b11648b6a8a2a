"""Campaigns: long searches for schedules of crashes, faults and other writers that break what is promised.

    python -m tests.campaigns sweep --count 2000 --seed 1 --jobs 2
    python -m tests.campaigns all --full
    python -m tests.campaigns sweep --replay 'SCHEDULE'

Each campaign is a module here that has a `CAMPAIGN`; the suite plays a short version of each. A schedule is a short
text from which all of it can be played again.
"""
