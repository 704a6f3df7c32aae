"""Performing actions: what widgets and screens that have actions share."""

import inspect
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.dom import DOMNode
from textual.widget import Widget
from textual.worker import WorkType

from assistant.tui.actions import Action, all_scopes

if TYPE_CHECKING:
    from assistant.tui.app import AssistantApp
    from assistant.tui.desk import Desk


class Acting(DOMNode):
    """Performs the actions of its scopes: `list.down` is done by `do_list_down`.

    A fault in one is reported and logged; the place it happened in goes on.
    """

    SCOPES: ClassVar[tuple[str, ...]] = ()

    @property
    def assistant(self) -> "AssistantApp":
        """The app, by its own type."""
        return cast("AssistantApp", self.app)

    @property
    def desk(self) -> "Desk":
        """The library, the jobs, the log and the settings."""
        return self.assistant.desk

    def why_not(self, action: str) -> str | None:
        """Say why an action cannot be done now; None where it can."""
        return None

    async def action_perform(self, action_id: str) -> None:
        """Perform one of this place's actions, or say why it cannot be done."""
        action = next(one for one in self.own_actions() if one.id == action_id)
        if why := self.why_not(action_id):
            self.assistant.say(why, severity="warning")
            return
        try:
            outcome = getattr(self, action.method)()
            if inspect.isawaitable(outcome):
                await outcome
        except Exception as error:
            self.assistant.report(error, doing=action.title)

    def run_safely(
        self,
        work: Callable[[], Coroutine[Any, Any, None]],
        doing: str,
        *,
        only: str | None = None,
    ) -> None:
        """Run something beside the screen; a fault in it is reported.

        Of works with the same name `only`, the newest alone goes on.
        """

        async def run() -> None:
            try:
                await work()
            except Exception as error:
                # What a place that is gone or going failed at, nobody waits for.
                if _stays(node):
                    self.assistant.report(error, doing=doing)

        node = self if isinstance(self, Widget) else self.app
        # A function and not a coroutine, which would be left over where another takes its turn.
        beside: WorkType[None] = run
        node.run_worker(
            beside, group=only or "safely", exclusive=only is not None, exit_on_error=False
        )

    def listen(self, listeners: list[Callable[..., Any]], heard: Callable[..., object]) -> None:
        """Be called at each change, until this place goes: its parts go before itself."""

        def told(*given: object) -> None:
            if _stays(self):
                heard(*given)
            else:
                listeners.remove(told)

        listeners.append(told)

    def own_actions(self) -> list[Action]:
        """Return the actions of this place's scopes."""
        return [one for name in self.SCOPES for one in all_scopes()[name].actions]


def _stays(node: DOMNode) -> bool:
    return node.is_attached and not any(one._pruning for one in node.ancestors_with_self)
