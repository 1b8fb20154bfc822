"""Own data without any physics: the handwritten digits of scikit-learn (Debian: python3-sklearn), thresholded, for [import].

    python3 digits.py FILE        writes FILE, a .npy file of [picture, y, x], values 0 and 1, 1797 pictures of 8x8 pixels
"""

import sys

import numpy as np
from sklearn.datasets import load_digits

THRESHOLD = 8  # of grey values from 0 to 16


def main():
    np.save(sys.argv[1], (load_digits().images >= THRESHOLD).astype(np.uint8))


if __name__ == "__main__":
    main()
