# Public names of the project, loaded on first use.
from .analysis.inference.diagnostics import UntrustworthyError as UntrustworthyError
from .analysis.inference.forecast import Forecast as Forecast
from .analysis.studies.structure_registry import Structure as Structure
from .analysis.studies.structure_registry import register_structure as register_structure
from .conditioned import Model as Model
from .evidence.kinds.registry import register_kind as register_kind
from .model.mechanisms.mechanism import Arrivals as Arrivals
from .model.mechanisms.mechanism import Progress as Progress
from .model.mechanisms.registry import register_mechanism as register_mechanism
from .priors.errors import InputError as InputError
from .priors.families import register_family as register_family
from .trees import compare as compare
from .trees import forecast as forecast
from .trees import load as load

__version__: str
