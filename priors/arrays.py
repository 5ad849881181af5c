"""What an array of numbers is, to a type checker."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
