"""Measures of speed and of resistance to faults. Run by script/bench and script/chaos; not part of the application."""
