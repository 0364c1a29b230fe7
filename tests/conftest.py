"""What all tests share: hypothesis has no deadline, because a time on a shared machine proves nothing."""

from hypothesis import settings

settings.register_profile("rig", deadline=None)
settings.load_profile("rig")
