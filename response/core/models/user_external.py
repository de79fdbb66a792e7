"""0.5.1's name for the module of ``ExternalUser``."""

import warnings

from response.core.models.external_user import ExternalUser, ExternalUserManager

__all__ = ("ExternalUser", "ExternalUserManager")

warnings.warn(
    "response.core.models.user_external is deprecated: import ExternalUser from response.models.",
    DeprecationWarning,
    stacklevel=2,
)
