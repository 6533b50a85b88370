"""What a Slurm job runs: `python -m twokeys.builder.run.slurm_job FOLDER NUMBER`, as the script of the array says."""

from __future__ import annotations

import pickle  # reads what the build that submitted this job has written, into a folder that nobody else may enter
import sys
import traceback
from pathlib import Path
from typing import Any

from twokeys.core.disk import whole


def work(folder: Path, number: int) -> None:
    """Do the shards of a job that are not done yet; Slurm may have started the job before."""
    function, shards = pickle.loads((folder / f"{number}.job").read_bytes())  # noqa: S301 - see above
    for place, shard in shards:
        path = folder / f"{place}.result"
        if not path.is_file():
            with whole(path) as temporary:
                temporary.write_bytes(_done(function, shard))


def _done(function: Any, shard: Any) -> bytes:
    """Result and error, one of which is None."""
    try:
        return pickle.dumps((function(shard), None))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the build waits
        try:
            said = pickle.dumps((None, error))
            pickle.loads(said)  # noqa: S301 - written in the line before
        except Exception:  # noqa: BLE001 - an error that cannot travel is told
            return pickle.dumps((None, RuntimeError(traceback.format_exc())))
        return said


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
