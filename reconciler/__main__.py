"""The process: `python -m reconciler` is the same as `reconciler`."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while the rest is imported ends it, without a traceback

from reconciler.cli.main import main  # after the line above, since it is what takes long

if __name__ == "__main__":
    main()
