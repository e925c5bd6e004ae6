"""The names that differ between Wagtail 7.4 and 8."""

from wagtail import VERSION as WAGTAIL_VERSION

if WAGTAIL_VERSION >= (8, 0):
    from wagtail.permissions import register_permission_policy
else:

    def register_permission_policy(model, policy=None, exact_class=False):
        """Wagtail 7.4 has no registry; there the viewset carries the policy."""


__all__ = ["register_permission_policy"]
