"""Durable runs: what a rank is between two iterations, as bytes, in a run's folder, and how a run goes on from it."""
