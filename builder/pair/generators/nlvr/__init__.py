"""Constructed partners for NLVR: its scenes are known, so pictures and statements can be changed and judged exactly."""
