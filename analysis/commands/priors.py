"""``catchup priors``: what is believed before any leak."""

from __future__ import annotations

from dataclasses import dataclass

from cyclopts import Parameter

from ...model.assumptions import Assumptions
from ...model.models import model_layers
from ...priors.errors import unknown_name
from ...priors.layers import TAKEN_OUT, merge
from ..presentation.json_form import to_json
from ..presentation.tables.priors import correlation_table, correlation_text, layout, quantity_layout
from ..presentation.text import figure
from .options import AsJson, Assumed
from .output import print_json, say, show


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Listed(Assumed):
    """What the commands on priors take."""

    json: AsJson = False


def list_priors(*, listed: Listed | None = None) -> int:
    """Every quantity with its distribution, and every correlation."""
    listed = listed or Listed()
    show(layout(listed.assumptions()), as_json=listed.json)
    return 0


def show_priors(name: str, /, *, listed: Listed | None = None) -> int:
    """One quantity in full.

    Parameters
    ----------
    name
        The quantity's name.
    """
    listed = listed or Listed()
    assumptions = listed.assumptions()
    quantities = assumptions.table.quantities
    if name not in quantities:
        raise unknown_name("quantity", name, quantities)
    show(quantity_layout(assumptions, quantities[name]), as_json=listed.json)
    return 0


def check_priors(*files: str, listed: Listed | None = None) -> int:
    """Check overlay files without forecasting.

    Parameters
    ----------
    files
        Overlays, laid over the baseline in the order given.
    """
    listed = listed or Listed()
    overlays = [*(listed.priors or []), *files]
    assumptions = Assumed(model=listed.model, priors=overlays, set=listed.set).assumptions()
    changed, others, gone = _changed(assumptions), _other_rows(assumptions), _taken_out(assumptions)
    correlations = assumptions.table.correlations
    if listed.json:
        tables = to_json(correlation_table(correlations))
        shown = {"changed": changed, "other_rows": others, "taken_out": gone, "correlations": tables}
        print_json({"schema": 1, "model": assumptions.model, "valid": True, **shown})
        return 0
    joined = f"; {len(correlations)} correlated pair{'s' if len(correlations) > 1 else ''}" if correlations else ""
    say(f"valid: {len(assumptions.table.quantities)} quantities, {len(changed)} of them changed or added{joined}")
    for name in changed:
        quantity = assumptions.table.quantities[name]
        middle = figure(float(assumptions.table.quantiles(name, 0.5)))
        unit = "" if quantity.text.unit == "1" else f" {quantity.text.unit}"
        say(f"  {name}: {quantity.distribution.family}, median {middle}{unit}")
    for row in others:
        say(f"  {row}{', taken out' if row in gone else ''}")
    for each in correlations:
        say(f"  {correlation_text(each)}")
    return 0


def _changed(assumptions: Assumptions) -> list[str]:
    """Names of quantities that a file other than the model's own touched."""
    own = {layer.file for layer in model_layers(assumptions.model)}
    return [name for name, quantity in assumptions.table.quantities.items() if quantity.file not in own]


def _taken_out(assumptions: Assumptions) -> list[str]:
    """Those of `_other_rows` that such a file took out."""
    left = {section: merge(assumptions.layers, section) for section in TAKEN_OUT}
    rows = (row.partition(".") for row in _other_rows(assumptions))
    return [f"{section}.{name}" for section, _, name in rows if section in left and name not in left[section]]


def _other_rows(assumptions: Assumptions) -> list[str]:
    """Rows of everything else that such a file brought in, changed or took out."""
    from ..studies.reasons import changed_rows

    rows = changed_rows(model_layers(assumptions.model), assumptions.layers)
    return [row for row in rows if row.partition(".")[0] not in ("quantity", "correlation")]
