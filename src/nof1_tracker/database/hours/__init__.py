"""The equity by hour: kept with every change of the snapshots, read for long spans."""
