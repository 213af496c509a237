"""Out and in: policies, trajectories and metrics in the formats of other tools (docs/exchange.md).

Only `minari_dataset` and `tensorboard` need packages beyond numpy, so that the others work in the page too.
"""
