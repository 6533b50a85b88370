"""The process in which a user's rule describes itself or decides.

    python -m twokeys.filters.rule_process PARENT ANSWER SECONDS < ASKED

reads the request of the process PARENT, and writes its answer as JSON into the open file of number ANSWER.
"""

from __future__ import annotations

import ctypes
import json
import os
import pickle  # reads what the process that started this one has written for it
import signal
import sys
import time
import warnings
from threading import Thread
from typing import TYPE_CHECKING, Any, TextIO

from twokeys.core.errors import BadInput
from twokeys.filters.asking import decided, declared, facts, faulty, told
from twokeys.filters.parameters import arguments
from twokeys.filters.registry import distinct, rule_class
from twokeys.filters.rule_file import RuleCode, path_of, rule_in, run_code
from twokeys.filters.rule_modules import RuleModules

if TYPE_CHECKING:
    from twokeys.filters.asking import Asked
    from twokeys.filters.rule import Rule
    from twokeys.filters.rule_file import RuleFile


def answered(asked: Asked) -> dict[str, Any]:
    """What a rule answers: the fields of `twokeys.filters.rule_apart.Answer`."""
    warned: list[str] = []
    shown = warnings.showwarning

    def tell(
        message: Warning | str, category: type[Warning], filename: str, lineno: int,
        file: TextIO | None = None, line: str | None = None,
    ) -> None:  # fmt: skip
        if category is RuntimeWarning:
            warned.append(_plain(str(message)))
        else:
            shown(message, category, filename, lineno, file, line)

    warnings.showwarning = tell
    try:
        found = _answer(asked)
    except BadInput as error:
        row = error.row if error.row is None or isinstance(error.row, int) else _plain(str(error.row))
        found = {"bad": [_plain(error.file), row, *map(_plain, (error.problem, error.allowed, error.remedy))]}
    return {"warnings": warned} | found


def _answer(asked: Asked) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            if asked.table is not None:  # they were said when the rule described itself
                warnings.simplefilter("ignore", RuntimeWarning)
            rule, file = _made(asked)
        if asked.table is None:
            modules = {} if file is None else dict(line.rsplit(" ", 1) for line in file.modules.hashes)
            return {"rule": facts(rule) | {"modules": modules}}
        return {"drops": decided(rule, asked.name, file, asked.table, asked.rows)}
    except BadInput:
        raise
    except BaseException as error:  # of the rule's: nobody interrupts this process
        raise faulty(asked.name, None, told(error, None)) from error


def _plain(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def _made(asked: Asked) -> tuple[Rule, RuleFile | None]:
    path, file = path_of(asked.located), None
    if path is None or asked.code is None:
        rule = rule_class(asked.located)
    else:
        modules = RuleModules(path.parent)
        modules.read.update(asked.code[1])
        file = run_code(RuleCode(path, asked.code[0], modules))
        rule = distinct(rule_in(file, asked.located.rpartition(":")[2]), asked.name)
    return declared(rule, arguments(rule, asked.parameters), asked.name, file), file


def _end_with(parent: int) -> None:
    """End this process and what it started when its parent is killed."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os.killpg(0, signal.SIGKILL)


def _main(parent: int, answer: int, seconds: float) -> None:
    Thread(target=_end_with, args=(parent,), daemon=True).start()
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)  # C code that lets no thread run ends too, if the parent is gone
    asked = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - written by the parent
    text = json.dumps(answered(asked)).encode()
    with os.fdopen(answer, "wb") as file:
        file.write(text)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    ctypes.CDLL(None).fflush(None)  # what C code has printed and not yet written
    os._exit(0)  # threads that the rule has left end, too


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
