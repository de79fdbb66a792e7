"""A bare view: checks Slack's signature, inserts one row, answers 200."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from control.models import Row
from response.slack.authentication import slack_authenticate


def ready(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@csrf_exempt
@slack_authenticate
def control(request: HttpRequest) -> HttpResponse:
    Row.objects.create(body=request.body.decode())
    return HttpResponse()
