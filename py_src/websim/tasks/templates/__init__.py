"""Families of tasks: each makes an `EnvSpec` from the description of a robot and of what it is to do."""
