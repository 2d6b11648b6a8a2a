"""Mutation testing of the parts that must not be wrong: each small change of a line has to make a test fail.

    python -m tests.mutants reconciler/model/mark.py
    python -m tests.mutants all
    python -m tests.mutants reconciler/engine/order.py --show

mutmut makes the mutants and runs the tests in a copy of the repository. What survives is named in `survivors.yaml` with
the reason why that is no gap, or it is a gap: the command then ends with 1.
"""
