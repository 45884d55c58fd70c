"""Trains the denoisers that graphrun comes with: python3 Tools/train train color"""

import sys

try:
    from command import main
except ImportError as error:
    sys.exit(f"train: {error}; install what is missing with: pip install -r Tools/train/requirements.txt")

main()
