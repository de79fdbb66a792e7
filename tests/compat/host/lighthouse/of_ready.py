from response.models import Incident
from response.slack.decorators import incident_command


@incident_command(["lamp"], helptext="Light the lamp")
def light_the_lamp(incident: Incident, user_id: str, message: str):
    return True, "The lamp is lit."
