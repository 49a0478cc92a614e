import sys

from tooling.cli import main

sys.exit(main(sys.argv[1:]))
