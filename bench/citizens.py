"""What citizens' pages cost: queries and processor time, at 100, 10 000 and 50 000 ideas.

Three databases of one PostgreSQL server hold that many ideas, with a web process on each. The
processes answer in turn, a few requests at a time, so that whatever else the machine does meets
all of them; figures are medians, ratios are medians of ratios within a turn. A plain Wagtail page
in the same templates (text, a picture, a link to another page) is asked for between the others.
"""

import gzip
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import bench._databases as on_server
from bench._databases import ROOT, databases

SIZES = (100, 10_000, 50_000)
SMALL, LARGE = SIZES[0], SIZES[-1]
ROUNDS = 15
TIMES = 6
MANY = 50
PLAIN = "plain page"
LISTS = ("list", "search")
# PostgreSQL visits every row that holds a word, so this one is printed and not promised.
GROWS = ("search, in 4 % of all",)
# Without a request around them.
DATABASE_ALONE = ("stored support", "insert")
STATIC = ROOT / "wagtail_borgerdialog" / "static" / "wagtail_borgerdialog"

MOST_QUERIES = {"list": 10, "search": 10, "idea": 15, "support": 6}
MOST_GROWTH = 1.2
MOST_BESIDE_PLAIN = 1.5
LEAST_SHARE_OF_INSERTS = 0.10
MOST_BYTES = 20 * 1024


@dataclass
class Process:
    """A web process on a database of ``size`` ideas."""

    size: int
    popen: subprocess.Popen[str]
    counts: dict[str, dict[str, object]] = field(default_factory=dict)
    cost: dict[str, list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))

    def ask(self, **what: object) -> dict[str, object]:
        """Tell the process what to do, and wait for its answer."""
        self.popen.stdin.write(json.dumps(what) + "\n")
        self.popen.stdin.flush()
        answer = self.popen.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process on {self.size} ideas ended at {what}")
        return json.loads(answer)

    def run(self, case: str) -> None:
        """Answer a few requests of ``case``, and keep what they cost."""
        times = MANY if case in DATABASE_ALONE else TIMES
        self.cost[case].append(self.ask(run=case, times=times))

    def median(self, case: str, *clocks: str) -> float:
        """Milliseconds a request by the sum of ``clocks``: web, database, wall."""
        return statistics.median(sum(turn[c] for c in clocks) for turn in self.cost[case])


@contextmanager
def processes(sizes: Sequence[int]) -> Iterator[list[Process]]:
    """A filled database and a process for each size."""
    names = [f"borgerdialog_bench_{size}" for size in sizes]
    with ExitStack() as stack:
        environments = stack.enter_context(databases(*names))
        started = []
        for size, environment in zip(sizes, environments, strict=True):
            popen = subprocess.Popen(
                [sys.executable, "-m", "bench._worker"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(_end, popen)
            process = Process(size, popen)
            print(f"Filling a database with {size} ideas …", flush=True)
            process.ask(fill=size)
            started.append(process)
        yield started


def _end(popen: subprocess.Popen[str]) -> None:
    popen.stdin.close()
    popen.wait()


def measure(running: Sequence[Process]) -> list[str]:
    """Count, then run every case ``ROUNDS`` times in each process; returns the cases."""
    told = [process.ask(prepare=True) for process in running]
    cases = told[0]["cases"]
    for process in running:
        for case in cases:
            process.counts[case] = process.ask(count=case)
            process.ask(run=case, times=3)
    for turn in range(ROUNDS):
        order = running if turn % 2 else running[::-1]
        for number, case in enumerate([*cases, *DATABASE_ALONE]):
            for process in order:
                process.run(case)
                if number % 5 == 4:
                    process.run(PLAIN)
        print(f"\r{turn + 1} of {ROUNDS} turns", end="", flush=True)
    print("\n")
    return cases


def growth(running: Sequence[Process], case: str) -> float:
    """How many times more a request costs among many ideas than among few."""
    few, many = (
        [turn["web"] + turn["database"] for turn in process.cost[case]]
        for process in (running[0], running[-1])
    )
    return statistics.median(after / before for before, after in zip(few, many, strict=True))


def beside_plain(process: Process, case: str) -> float:
    """How many times a plain page's processor time a request takes."""
    plain = [turn["web"] for turn in process.cost[PLAIN]]
    a_turn = len(plain) // ROUNDS
    beside = [statistics.median(plain[n : n + a_turn]) for n in range(0, len(plain), a_turn)]
    asked = [turn["web"] for turn in process.cost[case]]
    return statistics.median(web / page for web, page in zip(asked, beside, strict=True))


@dataclass(frozen=True)
class Target:
    """One thing we promise, what was found, and whether that keeps it."""

    promise: str
    found: str
    kept: bool


def targets(running: Sequence[Process], cases: Sequence[str]) -> list[Target]:
    """Every promise about citizens' pages, measured."""
    found = []
    for kind, most in MOST_QUERIES.items():
        queries = max(
            process.counts[case]["queries"]
            for process in running
            for case in cases
            if _kind(case) == kind
        )
        beside = " beside session and login" if kind == "support" else ""
        found.append(
            Target(f"{kind}: at most {most} queries{beside}", str(queries), queries <= most)
        )
    for case in cases:
        if _kind(case) in MOST_QUERIES and case not in GROWS:
            ratio = growth(running, case)
            promise = f"{case}: at {LARGE} ideas at most {MOST_GROWTH} × the cost at {SMALL}"
            found.append(Target(promise, f"{ratio:.2f}", ratio <= MOST_GROWTH))
    for process in running:
        lists = [case for case in cases if _kind(case) in LISTS]
        ratio, slowest = max((beside_plain(process, case), case) for case in lists)
        promise = (
            f"a list at {process.size} ideas: at most {MOST_BESIDE_PLAIN} × a plain page's "
            f"processor time ({slowest})"
        )
        found.append(Target(promise, f"{ratio:.2f}", ratio <= MOST_BESIDE_PLAIN))
        share = process.median("insert", "wall") / process.median("stored support", "wall")
        promise = (
            f"supports are stored at {process.size} ideas: at least {LEAST_SHARE_OF_INSERTS:.0%} "
            "of the rate of a bare INSERT"
        )
        found.append(Target(promise, f"{share:.0%}", share >= LEAST_SHARE_OF_INSERTS))
    found += [_size(path) for path in sorted(STATIC.glob("borgerdialog.*"))]
    found.append(_answers(running, cases))
    return found


def _kind(case: str) -> str:
    return case.partition(",")[0]


def _size(path: Path) -> Target:
    size = len(gzip.compress(path.read_bytes(), mtime=0))
    promise = f"{path.name}: at most {MOST_BYTES // 1024} KB compressed"
    return Target(promise, f"{size / 1024:.1f} KB", size <= MOST_BYTES)


def _answers(running: Sequence[Process], cases: Sequence[str]) -> Target:
    """A page that shows an error is quick, too."""
    wrong = [
        f"{case} at {process.size}"
        for process in running
        for case in cases
        if not _as_expected(case, process)
    ]
    return Target(
        "every answer shows what it should, and sets no cookie",
        "; ".join(wrong) or "yes",
        not wrong,
    )


def _as_expected(case: str, process: Process) -> bool:
    seen = process.counts[case]
    if _kind(case) == "support":
        return seen["status"] == 303
    if seen["status"] != 200 or seen["cookie"]:
        return False
    if case == "search, rare word":
        return 0 < seen["cards"] <= 4
    if process.size == SMALL and (case.startswith("list, ") or case in GROWS):
        return seen["cards"] > 0
    if _kind(case) in LISTS:
        return seen["cards"] == 20
    return _kind(case) != "idea" or seen["comments"] >= 20


def table(running: Sequence[Process], cases: Sequence[str]) -> str:
    """Queries, and milliseconds a request: web process + PostgreSQL = cost; by the clock."""
    header = f"{'':24}{'queries':>9}"
    for size in SIZES:
        header += f"{size:>9} ideas: web + db (clock)"
    lines = [header]
    for case in [*cases, *DATABASE_ALONE]:
        counts = [process.counts[case] for process in running if case in process.counts]
        queries = ""
        if counts:
            most = max(counts, key=lambda count: count["queries"])
            queries = f"{most['queries']}"
            queries += "".join(f"+{most[beside]}" for beside in ("frame", "who") if most[beside])
        line = f"{case:24}{queries:>9}"
        for process in running:
            web, database, wall = (process.median(case, c) for c in ("web", "database", "wall"))
            line += f"{web:>21.2f} +{database:>5.2f} ({wall:>5.2f})"
        lines.append(line)
    return "\n".join(lines)


def main() -> int:
    """Print the table and the targets; 1 when one is missed."""
    try:
        on_server.server_url()
    except RuntimeError as error:
        print(error)
        return 2
    with processes(SIZES) as running:
        cases = measure(running)
        print(table(running, cases), end="\n\n")
        results = targets(running, cases)
    for target in results:
        print(f"{'PASS' if target.kept else 'FAIL'}  {target.promise}: {target.found}")
    return 0 if all(target.kept for target in results) else 1
