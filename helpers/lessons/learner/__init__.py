"""The learner: what they have built, the map of the way, their machine, the magic."""
