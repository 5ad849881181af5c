"""Figures: one module each, all in one style; the only place that imports matplotlib, and only when one is drawn."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
