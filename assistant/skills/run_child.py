"""The process a lab's run takes place in.

`python -m assistant.skills.run_child REPORT LIFELINE MEMORY CPU run LAB --json …`: the lab's events
go to the descriptor REPORT, whatever else is printed to standard output and error; the process ends
with all it started when the other end of LIFELINE closes. It runs at a lower priority.
"""

import os
import sys

from skills_lab.frame.child import end_with_parent, limit

NICENESS = 10


def main() -> None:
    """Run a lab as `python -m skills_lab` does."""
    report, lifeline, memory, cpu, *words = sys.argv[1:]
    end_with_parent(int(lifeline))
    os.nice(NICENESS)
    limit(int(memory), int(cpu))
    os.dup2(int(report), 1)
    sys.argv = ["skills_lab", *words]
    from skills_lab.frame.cli import main as labs

    labs()


if __name__ == "__main__":
    main()
