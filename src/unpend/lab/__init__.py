"""The embedded DNS world: no privilege, no network. `unpend explain scenarios` has the format of its texts."""

from unpend.lab.lab import Lab
from unpend.lab.scenario import Scenario, load_scenario, scenario_names, scenario_text

__all__ = ["Lab", "Scenario", "load_scenario", "scenario_names", "scenario_text"]
