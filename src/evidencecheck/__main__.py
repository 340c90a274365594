"""`python -m evidencecheck`."""

from evidencecheck.cli import main

if __name__ == "__main__":
    main()
