"""Assert that the installed wheel is the checkout's package, file by file, and nothing else.

Run isolated (``python -I tests/pkgcheck.py CHECKOUT``): in a flat layout anything else
would import the checkout and prove nothing.
"""

import sys
from importlib.metadata import distribution
from pathlib import Path

PACKAGE = "wagtail_borgerdialog"
checkout = Path(sys.argv[1])
installed = distribution("wagtail-borgerdialog")


def is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"


ours = {
    path.relative_to(checkout).as_posix()
    for path in (checkout / PACKAGE).rglob("*")
    if is_source(path)
}
theirs = {
    path.as_posix(): Path(str(path.locate()))
    for path in installed.files or ()
    if is_source(Path(str(path.locate())))
}
problems = [f"not in the wheel: {name}" for name in sorted(ours - theirs.keys())]
problems += [
    f"differs from the checkout: {name}"
    for name in sorted(ours & theirs.keys())
    if theirs[name].read_bytes() != (checkout / name).read_bytes()
]
problems += [
    f"does not belong in the wheel: {name}"
    for name in sorted(theirs.keys() - ours)
    if ".dist-info/" not in name
]
problems += [
    f"no compiled catalogue beside {name}"
    for name in sorted(ours)
    if name.endswith(".po") and name.removesuffix(".po") + ".mo" not in theirs
]
if not any("licenses/LICENSE" in name for name in theirs):
    problems.append("the wheel carries no licence")
print(f"{len(ours)} files in the checkout, {len(theirs)} in the wheel")
sys.exit("\n".join(problems) or None)
