"""``slack``: what people do in the workspace, and what they see of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any, Self

from response.core.models import Incident
from response.sandbox import events, state
from response.sandbox.driver import Person
from response.sandbox.models import Message
from response.sandbox.workspace import Workspace
from response.slack.models import CommsChannel
from response.testing.engine import Engine
from response.testing.failures import HandlerFailed
from response.testing.seen import ApiCall, Modal, Post, see_message, see_view

# A comms channel, an incident that has one, or a channel's name or id.
Place = CommsChannel | Incident | str
CREATE_CHANNEL = "create-comms-channel-button"


class Slack:
    """A workspace in which this project's app is installed.

    Ana, Bob, Chidi and Dana are members, Eve is a guest; ``user`` is a name or an id. There are
    ``#general``, ``#incidents`` and ``#incident-reports``. Who says something in a public channel,
    or uses what stands there, joins it first. After each act all that follows from
    it has happened; if a handler failed meanwhile, ``HandlerFailed`` is raised, which is an
    ``AssertionError``. What Slack forbids a person is the sandbox's ``ApiError``.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    @contextmanager
    def in_test(cls) -> Iterator[Self]:
        """For the length of a test; the fixture and the mixin enter it."""
        with Engine.running() as engine:
            yield cls(engine)

    # -- setting the scene ------------------------------------------------------------------

    def declare(
        self, title: str = "The database is down", *, user: str = "ana", **fields: Any
    ) -> Incident:
        """Somebody types ``/incident`` and submits the modal; ``fields`` are its others."""
        self.command("/incident", title, user=user)
        errors = self.submit(fields, user=user)
        if errors:
            raise AssertionError(f"The incident was not declared: {errors}")
        return Incident.objects.latest("pk")

    def open_channel(self, incident: Incident, *, user: str = "ana") -> CommsChannel:
        """Somebody presses Create Comms Channel in the headline post."""
        self.click(CREATE_CHANNEL, on=self.headline(incident), user=user)
        return CommsChannel.objects.select_related("incident").get(incident=incident)

    def open_incident(
        self, title: str = "The database is down", *, user: str = "ana", **fields: Any
    ) -> CommsChannel:
        """An incident and its comms channel; the incident is ``channel.incident``."""
        return self.open_channel(self.declare(title, user=user, **fields), user=user)

    def add_user(self, name: str, **fields: Any) -> str:
        """A new member, whose id is answered; the app hears ``team_join``."""
        row = self.workspace.add_user(name, **fields)
        self.settle()
        return row.id

    # -- what people do -----------------------------------------------------------------------

    def mention(self, text: str, *, channel: Place, user: str = "ana") -> Post:
        """Somebody tells the bot something: ``@incident …``, which may be left out."""
        return self.say(_to_the_bot(text), channel=channel, user=user)

    def say(
        self, text: str, *, channel: Place, user: str = "ana", thread: Post | None = None
    ) -> Post:
        """Somebody types a message."""
        person, where = self.person(user), self._channel_id(channel)
        self._join(person, where)
        return self._seen(person.says(where, text, thread_ts=thread.ts if thread else ""))

    def edit(self, post: Post, text: str) -> Post:
        """Whoever wrote a message changes it."""
        return self._seen(self.person(post.user_id).edits(self._row(post), text))

    def command(
        self,
        command: str = "/incident",
        text: str = "",
        *,
        channel: Place = "general",
        user: str = "ana",
    ) -> Post | None:
        """Somebody types a slash command; what only they are answered at once, if anything."""
        where = self._channel_id(channel)
        answer = self._act(lambda: self.person(user).command(command, text, where))
        return see_message(answer) if answer else None

    def click(self, action_id: str, *, on: Post, user: str = "ana", value: Any = None) -> None:
        """Press a button of a message, or choose ``value`` in a select."""
        person, row = self._at(on, user)
        self._act(lambda: person.uses(row, action_id, value))

    def shortcut(self, callback_id: str, *, on: Post | None = None, user: str = "ana") -> None:
        """Choose a global shortcut; ``on`` a message, one of its menu."""
        if on is None:
            self._act(lambda: self.person(user).uses_shortcut(callback_id))
        else:
            person, row = self._at(on, user)
            self._act(lambda: person.uses_message_shortcut(row, callback_id))

    def submit(
        self, values: Mapping[str, Any] | None = None, *, user: str = "ana"
    ) -> dict[str, str]:
        """Fill in ``{block_id: value}`` and press Submit; the errors shown, none if it closed."""
        return dict(self._act(lambda: self.person(user).submits(values or {})).errors)

    def pin(self, post: Post, *, user: str = "ana") -> None:
        """Pin a message."""
        person, row = self._at(post, user)
        self._act(lambda: person.pins(row))

    def react(self, post: Post, name: str, *, user: str = "ana") -> None:
        """React with an emoji, named without colons."""
        person, row = self._at(post, user)
        self._act(lambda: person.reacts(row, name))

    def event(self, type: str, *, channel: Place | None = None, **fields: Any) -> None:
        """Slack tells of anything: an event of this type with these fields.

        It is delivered whether or not the sandbox would subscribe to it.
        https://docs.slack.dev/reference/events
        """
        where = self.workspace.channel(self._channel_id(channel)) if channel else None
        event = {"type": type, **({"channel": where.id} if where else {}), **fields}
        with state.change() as team:
            subscribed = team.subscriptions
            team.subscriptions = [*subscribed, type]
            events.emit(event)
            team.subscriptions = subscribed
        self.settle()

    # -- time ---------------------------------------------------------------------------------

    def forward(self, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Let time pass, with the ticks of that time: nudges that fall due are sent.

        There is one a minute, and 120 for more than two hours. Django's ``timezone.now()`` is
        what moves; ``datetime.now()`` and ``time.time()`` do not.
        """
        by = timedelta(minutes=minutes, hours=hours, days=days)
        if by <= timedelta(0):
            raise ValueError(f"Time goes forward only, and not by {by}: forward(minutes=30).")
        self._engine.forward(by)

    def settle(self) -> None:
        """Let happen what follows from what the test did to the models itself."""
        self._engine.settle()

    def expects_failure(self) -> AbstractContextManager[list[HandlerFailed]]:
        """Within, a failing handler does not fail the test; the list holds what failed."""
        return self._engine.failures.expected()

    # -- what is seen -------------------------------------------------------------------------

    def posts(self, channel: Place) -> list[Post]:
        """What the app posted in a channel for everybody, oldest first, threads included."""
        rows = self.workspace.messages(self._channel_id(channel))
        return [see_message(row) for row in rows if row.bot_id and not row.subtype]

    def told(self, user: str) -> list[Post]:
        """What the app told one person alone, in any channel or directly, oldest first."""
        person = self.person(user)
        alone = Message.objects.filter(only_for=person.user)
        directly = [row for row in person.direct_messages() if row.user_id != person.id]
        return [see_message(row) for row in sorted([*alone, *directly], key=lambda row: row.ts)]

    def headline(self, incident: Incident) -> Post:
        """The incident's headline post."""
        post = incident.headlinepost_set.filter(superseded=False).first()
        row = Message.objects.filter(channel_id=post.channel_id, ts=post.message_ts) if post else []
        for message in row:
            return see_message(message)
        raise AssertionError(f"Incident {incident.pk} has no headline post. Call slack.settle()?")

    def modal(self, user: str = "ana") -> Modal | None:
        """The modal in front of somebody."""
        view = self.person(user).modal
        return see_view(view) if view else None

    def calls(self, method: str = "") -> list[ApiCall]:
        """The app's calls of the Web API, all or one method's, oldest first."""
        rows = self.workspace.calls(method)
        return [ApiCall(method=row.method, arguments=row.params, answer=row.answer) for row in rows]

    # -- the sandbox below --------------------------------------------------------------------

    @property
    def workspace(self) -> Workspace:
        """The sandbox itself, for whatever is not here: faults, channels, groups of people."""
        return self._engine.workspace

    def person(self, user: str) -> Person:
        """A person of the sandbox, who can do what the page can; then call ``settle()``."""
        return Person(self.workspace, user)

    def _act(self, act: Callable[[], Any]) -> Any:
        done = act()
        self.settle()
        return done

    def _seen(self, row: Message) -> Post:
        self.settle()
        return see_message(row)

    def _at(self, post: Post, user: str) -> tuple[Person, Message]:
        """A person who is in the channel of a message, and the message."""
        person = self.person(user)
        self._join(person, post.channel_id)
        return person, self._row(post)

    def _row(self, post: Post) -> Message:
        rows = Message.objects.select_related("channel", "user")
        return rows.get(channel_id=post.channel_id, ts=post.ts)

    def _channel_id(self, place: Place) -> str:
        if isinstance(place, CommsChannel):
            return place.channel_id
        if isinstance(place, Incident):
            channel = place.comms_channel()
            if channel is None:
                raise AssertionError(
                    f"Incident {place.pk} has no comms channel: call slack.open_channel(incident)."
                )
            return str(channel.channel_id)
        return self.workspace.channel(place).id

    def _join(self, person: Person, channel_id: str) -> None:
        inside = self.workspace.channel(channel_id).memberships.filter(user_id=person.id)
        if not inside.exists():
            person.joins(channel_id)
            self.settle()


def _to_the_bot(text: str) -> str:
    return text if text.startswith(("@incident", "<@")) else f"@incident {text}"
