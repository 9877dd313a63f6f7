"""The recorder: runs dumpcap, marks where a recording begins and ends, and writes notes on it."""

from __future__ import annotations

from overheard_capture.recorder.active import ActiveRecording, Marking
from overheard_capture.recorder.dumpcap import Tap

__all__ = ["ActiveRecording", "Marking", "Tap"]
