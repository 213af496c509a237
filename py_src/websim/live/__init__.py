"""What may happen to a run while it goes on: other settings, rewards and environments, and the policy that is shown."""
