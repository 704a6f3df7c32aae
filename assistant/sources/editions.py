"""One edition from one of its venue's sources, whichever kind that is."""

from assistant.sources import acl_anthology, cvf, dblp, openreview, paperlists, pmlr, virtual_site
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.sites import Site
from assistant.sources.submissions import FetchedEdition
from assistant.sources.venues import Edition, VenueSource

_FETCH = {
    "virtual": virtual_site.fetch,
    "pmlr": pmlr.fetch,
    "acl": acl_anthology.fetch,
    "cvf": cvf.fetch,
    "dblp": dblp.fetch,
    "openreview": openreview.fetch,
    "paperlists": paperlists.fetch,
}


def usable(source: VenueSource, edition: Edition, site: Site) -> bool:
    """Tell whether a source has an edition's year and can be asked."""
    if not source.first <= edition.year <= source.last:
        return False
    return source.kind != "openreview" or openreview.is_set_up(site)


def fetch_edition(
    edition: Edition, source: VenueSource, site: Site, validators: Validators = NO_VALIDATORS
) -> FetchedEdition:
    """Return the papers of an edition that a source lists.

    Raises:
        NotPublishedError: it has no list of the edition (yet).
        SourceError: it cannot be reached, refuses, or has changed its form.
    """
    return _FETCH[source.kind](edition, source.parameters, site, validators)
