# Public names of the package, loaded on first use.
from .plan import Plan as Plan
from .plan import make_plan as make_plan
from .result import Calibration as Calibration
from .study import calibrate as calibrate
from .uniformity import Band as Band
from .uniformity import p_value as p_value
from .uniformity import simultaneous_band as simultaneous_band
