"""``python -m kpixl``."""

from kpixl.cli import main

if __name__ == "__main__":
    main()
