# Public names of the room, loaded on first use.
from .assumptions import Assumptions as Assumptions
from .assumptions import Event as Event
from .assumptions import load_assumptions as load_assumptions
from .calendar import Calendar as Calendar
from .compiled import CompiledDates as CompiledDates
from .forward import outcome as outcome
from .forward import simulate as simulate
from .generative import Contender as Contender
from .generative import Outcome as Outcome
from .generative import World as World
from .graph import build_model as build_model
from .graph import set_intervention as set_intervention
from .policies import Intervention as Intervention
from .policies import apply_lever as apply_lever
from .policies import apply_regime as apply_regime
from .pools import Pool as Pool
