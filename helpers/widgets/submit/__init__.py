"""The steps in which a learner hands in a build."""
