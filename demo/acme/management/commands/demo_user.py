"""Make the user `demo`, who may do everything, with the password that this installation keeps."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from demo.environment import kept_secret


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        password = kept_secret("demo-password")
        users = get_user_model().objects
        user = users.filter(username="demo").first()
        if user is None:
            users.create_superuser("demo", password=password)
        elif not user.check_password(password):
            user.set_password(password)
            user.save()
