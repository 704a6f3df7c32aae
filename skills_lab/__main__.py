"""`python -m skills_lab`."""

from skills_lab.frame.cli import main

if __name__ == "__main__":
    main()
