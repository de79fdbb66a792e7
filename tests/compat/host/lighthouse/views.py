from django.http import Http404
from django.shortcuts import render

from response.core.models import Action, Incident
from response.decorators import response_login_required
from response.slack.models import PinnedMessage, UserStats


@response_login_required
def home(request):
    incidents = Incident.objects.all().order_by("-end_time")
    return render(request, template_name="index.html", context={"incidents": incidents})


@response_login_required
def incident(request, incident_id):
    try:
        incident = Incident.objects.get(pk=incident_id)
    except Incident.DoesNotExist:
        raise Http404("Incident does not exist") from None
    return render(
        request,
        template_name="incident.html",
        context={
            "incident": incident,
            "events": PinnedMessage.objects.filter(incident=incident).order_by("timestamp"),
            "actions": Action.objects.filter(incident=incident).order_by("created_date"),
            "user_stats": UserStats.objects.filter(incident=incident).order_by("-message_count")[
                :5
            ],
        },
    )
