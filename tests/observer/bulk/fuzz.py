"""`./dev fuzz [SECONDS]`: the hostile peer for so long, the C half built with the sanitizers, each seed beside the pure half.

Any read or write beyond a datagram, a slot or an object stops it with the sanitizer's own words; so does a verdict that
the pure half does not give. The seed is printed: UNPEND_SEED repeats it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.observer.bulk import Sought, Subject
from unpend.observer.bulk.accelerate import build
from unpend.observer.bulk.compiled import module_at
from unpend.observer.bulk.half import PURE, half_of

from .hostile import Peer, compared, flooded, words_apart

FLOOD_EACH = 200
FLAGS = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
SETTINGS = {
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "PYTHONMALLOC": "malloc",
    "UNPEND_PURE": "1",
}


def main() -> None:
    """Build, then run the work in a process into which the sanitizer was loaded first."""
    if len(sys.argv) > 2:
        return work(Path(sys.argv[1]), float(sys.argv[2]))
    library = subprocess.run(["cc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory(prefix="unpend-fuzz-") as folder:
        built = build(Path(folder), FLAGS)
        words = [sys.executable, "-m", "tests.observer.bulk.fuzz", str(built), *(sys.argv[1:] or ["60"])]
        environment = os.environ | SETTINGS | {"LD_PRELOAD": library.stdout.strip()}
        sys.exit(subprocess.run(words, env=environment, check=False).returncode)


def work(built: Path, seconds: float) -> None:
    """Seed after seed."""
    module = module_at(built)
    module.know(Sought, Subject, ExpectedRecord, Purpose.DKIM)
    first = seed = int(os.environ.get("UNPEND_SEED") or random.randrange(1 << 40))
    sys.stdout.write(f"UNPEND_SEED={seed}\n")
    ends = time.monotonic() + seconds
    peer, half, sent = Peer(), half_of(module), 0
    while time.monotonic() < ends:
        ours, apart = compared(half, PURE, seed, peer)
        if apart:
            sys.exit("\n".join([f"the halves differ: UNPEND_SEED={seed}", *apart]))
        sent += ours.datagrams
        if apart := words_apart(module, seed):
            sys.exit("\n".join([f"the halves differ: UNPEND_SEED={seed}", *apart]))
        if (seed - first) % FLOOD_EACH == 0:
            flooded(half, peer, seed)
        seed += 1
    peer.close()
    sys.stdout.write(f"{seed - first} rounds, {sent} datagrams: nothing found\n")


if __name__ == "__main__":
    main()
