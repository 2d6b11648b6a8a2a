"""The command line: one file a command. It parses arguments, calls `app`, and sets exit codes.

Nothing here may import a heavy module at its top: `--help` and completion have to answer at once. Commands import what
they need when they run.
"""
