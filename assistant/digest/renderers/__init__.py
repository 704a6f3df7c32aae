"""A digest as text: for the terminal, for reading elsewhere, for other programs."""

from assistant.digest.model import Digest
from assistant.digest.renderers.as_json import render_json
from assistant.digest.renderers.atom import render_atom
from assistant.digest.renderers.html import render_html
from assistant.digest.renderers.markdown import render_markdown
from assistant.digest.renderers.terminal import WIDTH, render_terminal
from assistant.digest.renderers.words import batch_line, nothing_new, washed
from assistant.errors import UsageError

__all__ = ["FORMS", "batch_line", "nothing_new", "render", "render_atom"]

FORMS = ("terminal", "markdown", "html", "json", "atom")


def render(digest: Digest, form: str, *, width: int = WIDTH, color: bool = False) -> str:
    """Return a digest in one of `FORMS`; width (cells) and colour matter to the terminal only.

    Raises:
        UsageError: there is no such form.
    """
    digest = washed(digest)
    if form == "terminal":
        return render_terminal(digest, width=width, color=color)
    if form == "markdown":
        return render_markdown(digest)
    if form == "html":
        return render_html(digest)
    if form == "json":
        return render_json(digest)
    if form == "atom":
        return render_atom([digest])
    raise UsageError(f"There is no form called {form!r}.", hint=f"One of them: {', '.join(FORMS)}.")
