"""The Markdown vault: files, links, changes.

The file is the truth: the database is an index that can be thrown away and rebuilt. What others
need, by module; all take the `Vault` that `vault.open_vault` returns, and none imports anything
heavy before it is called.

    vault       open_vault, find_note(vault, named) -> path
    indexing    refresh(vault, paths=None, thorough=False), rebuild: in step with the files;
                lagging(vault) -> paths that are not
    watching    watch(vault, stop): yields what other programs changed, for a thread;
                changes(root, stop) leaves the index to the caller
    writing     new_note, create, save(path, text, expected digest), append, trash, trashed,
                restore; refreshed_text(vault, path) -> (text, digest)
    undoing     undo(vault) for notes; undo_newest, redo_newest for all a person did
    renaming    rename(vault, path, new path, title=""), links and all
    daily       capture(vault, text), daily_note(vault, day)
    paper_notes paper_note(vault, work): made from the template, or its block brought up to date
    linking     backlinks, links_out, links_to_id, notes_of_paper, broken, orphans, mentions,
                surroundings(vault, path, depth): the graph around a note
    reviewing   due_cards, all_cards, outcomes, answer, undo_answer
    pdfs        read_pending(vault): the text of PDFs in the vault; pages_of(path)
    markdown    parse_note(text): title, sections, links with their places, tags
    db.notes    lines, views, tagged, view, tags_of, headings_of, count_notes: by path

Searching notes beside papers, and what is related to either, is `assistant.search.everything`. A
path is relative to the vault, with `/`; titles, headings and contexts are cleaned, texts of notes
are not: clean them before they reach a screen.
"""
