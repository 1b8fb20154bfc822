"""What arrays and lattices are called in type hints."""

from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Number = Union[float, "np.floating[Any]"]
Numbers = Union[Number, Array]   # one number, or one each
Lattice = tuple[int, ...]        # extents, (10, 10); () where units have no places
Estimate = tuple[Array, Array]   # means and their standard errors
Estimated = tuple[Any, Any]      # a mean and its standard error, Python's floats or numpy's
