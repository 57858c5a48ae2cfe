"""Intake: what arrives, in batches, nothing lost and nothing doubled."""
