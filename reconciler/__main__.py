"""`python -m reconciler` is the same as `reconciler`."""

from reconciler.cli.main import main

if __name__ == "__main__":
    main()
