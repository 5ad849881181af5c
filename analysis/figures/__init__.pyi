# Public names of the package, loaded on first use.
from .collection import draw_forecast as draw_forecast
from .collection import drawings as drawings
from .collection import write_all as write_all
from .collection import write_cumulative as write_cumulative
from .cumulative import draw_cumulative as draw_cumulative
from .files import check_file as check_file
from .files import check_folder as check_folder
from .files import inline_svg as inline_svg
from .files import save as save
from .gate import draw_gate as draw_gate
from .levers import draw_levers as draw_levers
from .mythos_compute import draw_mythos_compute as draw_mythos_compute
from .one_at_a_time import draw_one_at_a_time as draw_one_at_a_time
from .pools import draw_pools as draw_pools
from .regimes import draw_regimes as draw_regimes
from .trajectories import Trajectories as Trajectories
from .trajectories import race_trajectories as race_trajectories
