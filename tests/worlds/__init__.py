"""Random stacks against the emulator, in one process and in virtual time: what no example shows.

    stacks      makes a stack, and another version of it
    by_hand     what somebody else does to the account meanwhile
    account     the emulator, the client without a socket, and a record of all that was sent
    scenario    a history: applies with faults and interrupts, changes by hand, the destroy
    laws        what has to hold after each of them, judged from outside: by the API's answers and the ledger
    live        whether the account is as the stack says, compared with no help from the kinds
    reduce      the smallest scenario that fails in the same way
    campaign    the command: `python -m tests.worlds.campaign --seconds 600 --seed 1`

A scenario is plain JSON, so that one which failed can be kept, reduced and played again.
"""
