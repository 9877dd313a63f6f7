"""The sidecar beside anyone's service: records in windows, without a gap, and has a verdict on each and on all."""
