import sys
from argparse import ArgumentParser

from .options import add_arguments
from .server import run


def main() -> int:
    parser = ArgumentParser(prog="gateway_simulator", description="A stand-in for the external SMS gateway.")
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
