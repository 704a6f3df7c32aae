"""Career tracks, lab runs and progress.

Tracks are data; what a person did is the log; where they stand follows from the two and is never
stored. What others need, by module; none imports anything heavy before it is called, and every
text of a track, a check or a run is cleaned already.

    learner     read_learner(home, database) -> Learner: tracks, deeds, standings, at one moment;
                its next(), counts(), current(); read it anew after anything was done
    model       Curriculum (path, aims, way_to, opens), Track, Skill, Item, Question, Way
    catalogue   find_track, find_skill, skills_of_lab; curriculum.problems tells of bad files
    progress    Standing: state, missing, ways with what each asks for, proof, due; STATES
    advice      Advice: what to learn next, why, and the command that does it
    deeds       pick_track, start_skill, prove_by_note, prove_by_link, answer_review: each takes a
                writing connection and returns a Change, undone as any other; read_deeds
    contributions  named, contribute, contributions: pull requests, reviews, talks as evidence
    related     related_to_skill(engine, learner, skill) -> papers and notes with reasons;
                skills_of_paper(connection, learner, view, vectors)
    topics      current_topics, track_topics: what a digest is given to mark and rank by
    labs        all_labs, find_lab, exercise_file, start, check, next_hint, hints_left, about,
                reference; a check runs in a child process and takes `on_verdict` and `stop`
    running     run(home, database, lab, …, on_event, stop) -> Ran: blocks until the child ends;
                from the app run `assistant lab run LAB --json` as a job instead, whose events
                (lab-start, lab-metric, lab-claim, lab-skip, progress) come as any job's
    runs        list_runs, find_run, curves(home, run), compare(runs) -> rows
    run_store   what a run leaves in its folder; adopt_interrupted
    run_notes   run_title, run_as_markdown: a run as the body of a note
    trackers    send(home, run, tracker): a run's figures to TensorBoard, MLflow or Weights & Biases
    figures     number, sparkline, plot (Braille), bounds
    timeline    timeline(connection, learner, …), per_day, week_of, proven_over_time; SORTS
    heat        heat_map(counts, today) -> HeatMap: a calendar by weeks, streak
    week_pages  week_sections, week_markdown, week_html
    transfer    export_lines, import_lines: progress as JSON lines

Skills, notes and digests do not import each other: `cli` and `tui` join them. A link in a note is
`[[skill:ID]]` (`notes.linking.links_to_id`); a lab's id stands for its skill where only one has it.
"""
