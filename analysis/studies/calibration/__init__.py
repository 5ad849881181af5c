"""Simulation-based calibration of the whole model: do its intervals hold what they promise?"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
