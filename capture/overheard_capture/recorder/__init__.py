"""The recorder: runs dumpcap or a relay, marks where a recording begins and ends, and writes notes on it."""

from __future__ import annotations

from overheard_capture.recorder.active import ActiveRecording, Marking
from overheard_capture.recorder.dumpcap import Tap
from overheard_capture.recorder.forwards import Forward, RelayTap
from overheard_capture.recorder.windows import Settled, WindowFiles, settle

__all__ = ["ActiveRecording", "Forward", "Marking", "RelayTap", "Settled", "Tap", "WindowFiles", "settle"]
