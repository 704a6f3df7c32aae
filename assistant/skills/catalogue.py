"""All tracks: those that come with the program, then the person's, which add and override."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from assistant.config import Home
from assistant.errors import NotFoundError
from assistant.skills.model import Curriculum, Skill, Track, TrackError, TrackFile
from assistant.skills.schema import read_track_file
from assistant.text import clean_line

OURS = Path(__file__).parent / "tracks"
FIRST = "foundation"


def load_curriculum(home: Home) -> Curriculum:
    """Return every track and skill; what is wrong with the person's own files is told in it.

    A file of theirs with a new track id adds a track; one with an id that is taken overrides that
    track, and a skill with an id that is taken overrides that skill. A file that cannot be used is
    left out whole, and the rest works.
    """
    labs = _labs()
    files = list(_our_files())
    problems: list[TrackError] = []
    waiting: list[TrackFile] = []
    for path in sorted(home.tracks.glob("*.toml")):
        try:
            waiting.append(read_track_file(path, labs))
        except TrackError as error:
            problems.append(error)
    present = joined(files)
    # A file may rest on another that comes later, so those refused are tried again.
    refused: dict[Path, TrackError] = {}
    progressed = True
    while waiting and progressed:
        progressed = False
        for one in list(waiting):
            try:
                present = joined([*files, one])
            except TrackError as error:
                refused[one.source] = error
                continue
            files.append(one)
            waiting.remove(one)
            progressed = True
    problems += [refused[one.source] for one in waiting]
    return replace(present, problems=tuple(problems))


def joined(files: Iterable[TrackFile]) -> Curriculum:
    """Return the curriculum that files make, each overriding what those before it told.

    Raises:
        TrackError: a file names a track or skill that none has, or skills need each other in a
            circle.
    """
    tracks: dict[str, Track] = {}
    skills: dict[str, Skill] = {}
    sources: dict[str, Path] = {}
    for file in files:
        if file.track is not None:
            tracks[file.track.id] = file.track
        for skill in file.skills:
            before = skills.get(skill.id)
            if not skill.track and before is None:
                raise TrackError(
                    f"{file.source}: the skill {skill.id!r} belongs to no track.",
                    hint="Give the file a [track], or the skill the id of one to be replaced.",
                )
            skills[skill.id] = skill if before is None or skill.track else _in_place(skill, before)
            sources[skill.id] = file.source
    _check_names(tracks, skills, sources)
    order = _ordered({id: skill.needs for id, skill in skills.items()}, sources, "Skills")
    _ordered(
        {id: track.after for id, track in tracks.items()},
        {id: track.source for id, track in tracks.items()},
        "Tracks",
    )
    return Curriculum(tracks, {id: skills[id] for id in order})


def find_track(curriculum: Curriculum, named: str) -> Track:
    """Return the track of this id.

    Raises:
        NotFoundError: there is none; the nearest name is told.
    """
    if named in curriculum.tracks:
        return curriculum.tracks[named]
    raise _unknown("track", named, curriculum.tracks, "assistant track list")


def find_skill(curriculum: Curriculum, named: str) -> Skill:
    """Return the skill of this id; a lab's id means the skill whose lab it is, if only one has it.

    Raises:
        NotFoundError: there is none; the nearest name is told.
    """
    id = named.removeprefix("skill:")
    if id in curriculum.skills:
        return curriculum.skills[id]
    owners = [skill for skill in curriculum.skills.values() if id in skill.labs]
    if len(owners) == 1:
        return owners[0]
    if owners:
        raise NotFoundError(
            f"Several skills have the lab {id}.", hint=f"{', '.join(one.id for one in owners)}."
        )
    raise _unknown("skill", named, curriculum.skills, "assistant skill list")


def skills_of_lab(curriculum: Curriculum, lab: str) -> tuple[Skill, ...]:
    """Return the skills a lab belongs to."""
    return tuple(skill for skill in curriculum.skills.values() if lab in skill.labs)


def _in_place(skill: Skill, before: Skill) -> Skill:
    return replace(skill, track=before.track)


@cache
def _our_files() -> tuple[TrackFile, ...]:
    labs = _labs()
    paths = sorted(OURS.glob("*.toml"), key=lambda path: (path.stem != FIRST, path.stem))
    return tuple(read_track_file(path, labs) for path in paths)


def _labs() -> Mapping[str, tuple[str, ...]]:
    from skills_lab.frame.catalogue import catalogue

    return {id: lab.skills for id, lab in catalogue().items()}


def _check_names(
    tracks: Mapping[str, Track], skills: Mapping[str, Skill], sources: Mapping[str, Path]
) -> None:
    for skill in skills.values():
        for needed in skill.needs:
            if needed not in skills:
                raise TrackError(
                    f"{sources[skill.id]}, skill {skill.id!r}: needs names {needed!r}, "
                    "and there is no such skill.",
                    hint=_nearest(needed, skills),
                )
    for track in tracks.values():
        for key, names, known in (
            ("include", track.include, skills),
            ("after", track.after, tracks),
        ):
            for name in names:
                if name not in known:
                    raise TrackError(
                        f"{track.source}, [track]: {key} names {name!r}, and there is no such "
                        f"{'skill' if key == 'include' else 'track'}.",
                        hint=_nearest(name, known),
                    )


def _ordered(
    graph: Mapping[str, tuple[str, ...]], sources: Mapping[str, Path], noun: str
) -> list[str]:
    """Return ids in an order in which each comes after those it needs, else as they were told."""
    try:
        sorter = TopologicalSorter(graph)
        sorter.prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
        raise TrackError(
            f"{sources[circle[0]]}: {noun.lower()} need each other in a circle.",
            why=" → ".join(circle),
            hint="Take one of these needs away.",
        ) from error
    place = {id: number for number, id in enumerate(graph)}
    ready = list(sorter.get_ready())
    found: list[str] = []
    while ready:
        ready.sort(key=lambda id: place[id])
        found.append(ready.pop(0))
        sorter.done(found[-1])
        ready += sorter.get_ready()
    return found


def _unknown(noun: str, named: str, known: Iterable[str], command: str) -> NotFoundError:
    return NotFoundError(
        f"There is no {noun} {clean_line(named, 60)!r}.",
        hint=_nearest(named, known) or f"`{command}` shows them.",
    )


def _nearest(named: str, known: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(named, list(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else ""
