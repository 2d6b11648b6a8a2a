"""Declarative infrastructure reconciler for bare metal.

Data flows one way, and the rooms are named after the verbs:

    text --load--> Document --resolve--> Stack --+
                                                 +--diff--> Changes --order--> Plan --execute--> Report
    API <-------observe-------> Snapshot --------+

`diagnostics`, `values`, `wire`, `graph` and `clock` are the floor; `model` holds the frozen values that travel;
`kinds` and `engine` never see each other and meet in `app`. `emulator` shares nothing with any of them.
"""

__version__ = "0.1.0"
