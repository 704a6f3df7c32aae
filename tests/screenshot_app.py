"""Draw the app's places from your own library, as SVG pictures at 80x24 and 140x45.

python -m tests.screenshot_app FOLDER [STEP ...]

A step is `name=keys`, keys separated by spaces; `wait` rests for a second, words in double quotes
are typed. Without steps every area is drawn as it opens.
"""

import asyncio
import re
import shlex
import sys
from pathlib import Path

from assistant.config import find_home, load_settings
from assistant.tui.app import AssistantApp
from assistant.tui.areas import areas

SIZES = ((80, 24), (140, 45))
_SETTLES = 2.0
_NBSP = "\N{NO-BREAK SPACE}"


def main() -> None:
    folder, *steps = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    wanted = [step.partition("=") for step in steps]
    places = {name: shlex.split(keys, posix=False) for name, _, keys in wanted}
    for name, keys in (places or {area.id: [area.key] for area in areas()}).items():
        for size in SIZES:
            target = Path(folder) / f"{name}-{size[0]}x{size[1]}.svg"
            asyncio.run(_draw(target, size, keys))
            print(target)


async def _draw(target: Path, size: tuple[int, int], keys: list[str]) -> None:
    home = find_home()
    app = AssistantApp(home, load_settings(home))
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        await pilot.pause(_SETTLES)
        for key in keys:
            if key == "wait":
                await pilot.pause(1.0)
            elif key.startswith('"'):
                for sign in key.strip('"'):
                    await pilot.press("space" if sign == " " else sign)
            else:
                await pilot.press(key)
        await pilot.pause(_SETTLES)
        picture = app.export_screenshot(title="assistant")
    # Spaces at the edge of a run of text are lost in SVG, and nothing is fetched to show a picture.
    picture = picture.replace("&#160;", _NBSP).replace("<text ", '<text xml:space="preserve" ')
    target.write_text(re.sub(r"@font-face \{[^}]*\}", "", picture), encoding="utf-8")


if __name__ == "__main__":
    main()
