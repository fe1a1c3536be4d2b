"""`python -m dfc_core`."""

from dfc_core.cli.app import main

if __name__ == "__main__":
    main()
