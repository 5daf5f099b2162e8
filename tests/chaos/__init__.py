"""The fault harness: real processes, faults by plan and seed, a recorded history and a verdict."""
