"""Every number that a verdict turns on, in one place, each with its reason."""

SUSPICIOUS = 0.5
HIGH = 0.85
UNCLEAR = 0.3
"""Below SUSPICIOUS and from here on the bot asks back instead of letting the message pass."""

SHORTEST = 4
"""Fewer words-characters than this are never judged, only asked about."""

KNOWN_SCRIPT = 0.72
"""From this nearness on a known script counts: mutations of a script lie above, other texts below."""

KNOWN_WEIGHT = 18.0
"""Log-odds per unit of nearness above KNOWN_SCRIPT: 0.9 adds about three."""

SHOWN_SCRIPT = 0.6
"""A known script is shown from this nearness on."""

TRICK_PHRASE = 0.25
"""Least log-odds that a quoted phrase must add to be shown as a reason."""

LEAST_REASONS = 2
"""A high verdict with fewer reasons a layman understands is only suspicious."""
