"""`python -m s3gw` is `s3gw`."""

import sys

from s3gw.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
