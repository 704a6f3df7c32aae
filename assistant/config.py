"""Where everything lives, and what `config.toml` says."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_type_hints

from assistant.errors import ConfigError

HOME_VARIABLE = "ASSISTANT_HOME"


@dataclass(frozen=True, slots=True)
class ArxivSettings:
    """How arXiv is asked: addresses, at most one request an interval, time-outs, page size."""

    api: str = "https://export.arxiv.org/api/query"
    feed: str = "https://rss.arxiv.org/rss"
    listing: str = "https://arxiv.org/list"
    oai: str = "https://oaipmh.arxiv.org/oai"
    pdf: str = "https://arxiv.org/pdf"
    interval_seconds: float = 3.0
    timeout_seconds: float = 30.0
    page_size: int = 100
    contact: str = ""


@dataclass(frozen=True, slots=True)
class FeedsSettings:
    """How RSS and Atom feeds are asked: at most one request an interval to a server, time-outs."""

    interval_seconds: float = 1.0
    timeout_seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class VenuesSettings:
    """Where lists of accepted papers are, and how they are asked for.

    An address in `virtual` stands in for the virtual site of every venue. `openreview_user` is the
    person's own account; without it OpenReview is not asked. The password is never here.
    """

    acl: str = "https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml"
    cvf: str = "https://openaccess.thecvf.com"
    dblp: str = "https://dblp.org/search/publ/api"
    openreview: str = "https://api2.openreview.net"
    openreview_user: str = ""
    pmlr: str = "https://proceedings.mlr.press"
    virtual: str = ""
    interval_seconds: float = 2.0
    timeout_seconds: float = 120.0
    page_size: int = 1_000
    contact: str = ""


@dataclass(frozen=True, slots=True)
class DeadlinesSettings:
    """Where collections of deadlines are, and how they are asked for.

    Each is an address of one YAML document or of GitHub's list of a folder, or a folder here;
    empty leaves it out.
    """

    ccfddl: str = "https://ccfddl.github.io/conference/allconf.yml"
    huggingface: str = (
        "https://api.github.com/repos/huggingface/ai-deadlines/contents/src/data/conferences"
    )
    interval_seconds: float = 1.0
    timeout_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class GithubSettings:
    """Where GitHub and its API are, and how they are asked. A token is never here."""

    api: str = "https://api.github.com"
    web: str = "https://github.com"
    interval_seconds: float = 1.0
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class ZoteroSettings:
    """Where Zotero's local API listens, which its user must have enabled."""

    api: str = "http://localhost:23119/api"
    timeout_seconds: float = 30.0
    page_size: int = 100


@dataclass(frozen=True, slots=True)
class SourcesSettings:
    """One table per place papers come from."""

    arxiv: ArxivSettings = field(default_factory=ArxivSettings)
    feeds: FeedsSettings = field(default_factory=FeedsSettings)
    venues: VenuesSettings = field(default_factory=VenuesSettings)
    deadlines: DeadlinesSettings = field(default_factory=DeadlinesSettings)
    github: GithubSettings = field(default_factory=GithubSettings)
    zotero: ZoteroSettings = field(default_factory=ZoteroSettings)


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """The embedding model by name or folder, and the device it runs on (auto, cpu, cuda)."""

    model: str = "all-MiniLM-L6-v2"
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """How many backups are kept, and how long a write waits for another process's."""

    backups_kept: int = 10
    lock_wait_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server mail goes out by, and who writes to whom.

    `security` is starttls, tls (from the first byte) or none, which only this machine's own server
    may have. `to` may name several addresses, separated by commas. Without `user` there is no
    login. The password is never here.
    """

    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    sender: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """How many papers a digest shows, how many of them to explore, and where it is delivered.

    `folder` is where `--deliver` writes it; empty means `digests` in the home.
    """

    size: int = 20
    explore: int = 2
    folder: str = ""
    mail: MailSettings = field(default_factory=MailSettings)


@dataclass(frozen=True, slots=True)
class NotesSettings:
    """Where the vault is, and the folders in it that notes of papers and of days go to.

    An empty `vault` means `vault` in the home; it may be an Obsidian vault.
    """

    vault: str = ""
    papers: str = "Papers"
    daily: str = "Daily"


@dataclass(frozen=True, slots=True)
class TuiSettings:
    """How the app looks: a Textual theme by name, empty for the one last used."""

    theme: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of `config.toml`; what it does not say has these defaults.

    `keys` maps the ids of the app's actions to the keys a person wants for them.
    """

    search: SearchSettings = field(default_factory=SearchSettings)
    library: LibrarySettings = field(default_factory=LibrarySettings)
    sources: SourcesSettings = field(default_factory=SourcesSettings)
    digest: DigestSettings = field(default_factory=DigestSettings)
    notes: NotesSettings = field(default_factory=NotesSettings)
    tui: TuiSettings = field(default_factory=TuiSettings)
    keys: Mapping[str, str] = field(default_factory=dict)


_CHOICES = {
    "search.device": ("auto", "cpu", "cuda"),
    "digest.mail.security": ("starttls", "tls", "none"),
}
_AT_LEAST: dict[str, float] = {
    "library.backups_kept": 1,
    "library.lock_wait_seconds": 0,
    "digest.size": 1,
    "digest.explore": 0,
    "digest.mail.port": 1,
    "sources.arxiv.interval_seconds": 0,
    "sources.arxiv.timeout_seconds": 0.1,
    "sources.arxiv.page_size": 1,
    "sources.feeds.interval_seconds": 0,
    "sources.feeds.timeout_seconds": 0.1,
    "sources.venues.interval_seconds": 0,
    "sources.venues.timeout_seconds": 0.1,
    "sources.venues.page_size": 1,
    "sources.deadlines.interval_seconds": 0,
    "sources.deadlines.timeout_seconds": 0.1,
    "sources.github.interval_seconds": 0,
    "sources.github.timeout_seconds": 0.1,
    "sources.zotero.timeout_seconds": 0.1,
    "sources.zotero.page_size": 1,
}


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything of one person."""

    path: Path

    @property
    def config_file(self) -> Path:
        """The person's settings."""
        return self.path / "config.toml"

    @property
    def venues_file(self) -> Path:
        """Venues the person adds to those we know."""
        return self.path / "venues.toml"

    @property
    def library_file(self) -> Path:
        """The library."""
        return self.path / "library.db"

    @property
    def index(self) -> Path:
        """Vector indexes; derived, can be deleted."""
        return self.path / "index"

    @property
    def models(self) -> Path:
        """Converted models; derived, can be deleted."""
        return self.path / "models"

    @property
    def backups(self) -> Path:
        """Verified copies of the library."""
        return self.path / "backups"

    @property
    def vault(self) -> Path:
        """The notes, unless `notes.vault` names another folder."""
        return self.path / "vault"

    @property
    def papers(self) -> Path:
        """Papers' PDFs that were fetched."""
        return self.path / "papers"

    @property
    def templates(self) -> Path:
        """The person's own templates of notes."""
        return self.path / "templates"

    @property
    def tracks(self) -> Path:
        """The person's own career tracks."""
        return self.path / "tracks"

    @property
    def labs(self) -> Path:
        """Exercises begun, and what came of every run."""
        return self.path / "labs"

    @property
    def logs(self) -> Path:
        """What background work had to say."""
        return self.path / "logs"


def find_home() -> Home:
    """Return the folder `ASSISTANT_HOME` names, else the platform's data folder."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Home(Path(named).expanduser().absolute())
    from platformdirs import user_data_path

    return Home(user_data_path("assistant", appauthor=False))


def load_settings(home: Home) -> Settings:
    """Return the settings in a home's `config.toml`, defaults where there is none.

    Raises:
        ConfigError: the file is no TOML, or has a key or a value that cannot be used.
    """
    try:
        text = home.config_file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read {home.config_file}.", why=str(error)) from error
    return parse_settings(text, home.config_file)


def parse_settings(text: str, path: Path) -> Settings:
    """Return the settings that the text of a `config.toml` holds.

    Raises:
        ConfigError: it is no TOML, or has a key or a value that cannot be used.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{path} is not valid TOML.", why=str(error), hint="Mend that line, or remove it."
        ) from error
    settings: Settings = _merged(Settings(), table, "", path)
    return settings


def setting_names(settings: Any = None, prefix: str = "") -> dict[str, Any]:
    """Return every setting's dotted name with its value."""
    settings = settings or Settings()
    found: dict[str, Any] = {}
    for one in fields(settings):
        value = getattr(settings, one.name)
        if is_dataclass(value):
            found |= setting_names(value, f"{prefix}{one.name}.")
        elif isinstance(value, Mapping):
            found |= {f"{prefix}{one.name}.{name}": keys for name, keys in value.items()}
        else:
            found[prefix + one.name] = value
    return found


def _merged(settings: Any, table: dict[str, Any], prefix: str, path: Path) -> Any:
    kinds = get_type_hints(type(settings))
    values: dict[str, Any] = {}
    for name, value in table.items():
        dotted = prefix + name
        if name not in kinds:
            known = [*kinds, *setting_names()]
            close = difflib.get_close_matches(dotted, known, n=1, cutoff=0.6)
            raise ConfigError(
                f"{path} has an unknown setting: {dotted}",
                hint=f"Did you mean {close[0]}?" if close else "`assistant config` lists them all.",
            )
        present = getattr(settings, name)
        if is_dataclass(present):
            if not isinstance(value, dict):
                raise ConfigError(f"{path}: {dotted} is a table: [{dotted}]")
            values[name] = _merged(present, value, dotted + ".", path)
        elif isinstance(present, Mapping):
            values[name] = _flat(dotted, value, path)
        else:
            values[name] = _checked(dotted, value, kinds[name], path)
    return replace(settings, **values)


def _flat(dotted: str, value: Any, path: Path) -> dict[str, str]:
    """Return a table of texts, `[keys.paper] star = "x"` and `"paper.star" = "x"` alike."""
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: {dotted} is a table: [{dotted}]")
    found: dict[str, str] = {}
    for name, one in value.items():
        if isinstance(one, dict):
            inner = _flat(f"{dotted}.{name}", one, path)
            found |= {f"{name}.{rest}": keys for rest, keys in inner.items()}
        elif isinstance(one, str) and one.strip():
            found[name] = one
        else:
            raise ConfigError(
                f"{path}: {dotted}.{name} must be the name of a key, not {one!r}.",
                hint='Such as "x", "ctrl+s" or "f2"; several are separated by commas.',
            )
    return found


def _checked(dotted: str, value: Any, kind: type[Any], path: Path) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        raise ConfigError(
            f"{path}: {dotted} must be {_KINDS[kind]}, not {value!r}.",
            hint=f"Its default is {setting_names()[dotted]!r}.",
        )
    if dotted in _CHOICES and value not in _CHOICES[dotted]:
        raise ConfigError(f"{path}: {dotted} is one of {', '.join(_CHOICES[dotted])}.")
    if dotted in _AT_LEAST and float(value) < _AT_LEAST[dotted]:
        raise ConfigError(f"{path}: {dotted} must be at least {_AT_LEAST[dotted]}.")
    return value


_KINDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
