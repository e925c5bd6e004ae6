import pkgutil
import sys
from importlib import import_module

import bench


def names() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name[0] != "_"]


def run(wanted: list[str]) -> int:
    unknown = set(wanted) - set(names())
    if unknown:
        print(f"No benchmark {', '.join(sorted(unknown))}. There are: {', '.join(names())}")
        return 2
    return max((import_module(f"bench.{name}").main() for name in wanted or names()), default=2)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
