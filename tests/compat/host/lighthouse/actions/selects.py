"""A select and a button whose values are free texts, in the channel and outside it."""

from response.slack import block_kit
from response.slack.decorators import ActionContext, action_handler, incident_command

contexts = []


def colours():
    msg = block_kit.Message()
    msg.set_fallback_text("Which colour?")
    options = [block_kit.StaticSelectOption("Red", "red"), block_kit.StaticSelectOption("White", 7)]
    msg.add_block(
        block_kit.Actions(
            block_id="colours",
            elements=[
                block_kit.StaticSelect(options, "colour", placeholder_text="Choose"),
                block_kit.Button("None", "colour-none", value="none of them"),
            ],
        )
    )
    return msg


@incident_command(["colour"], helptext="Choose the colour of the light")
def handle_colour(incident, user_id, message):
    colours().send(incident.comms_channel().channel_id)
    return True, None


@action_handler("colour")
def handle_chosen(action_context: ActionContext):
    contexts.append(action_context)


@action_handler("colour-none")
def handle_none(action_context: ActionContext):
    contexts.append(action_context)
