"""The command ``catchup``: which subcommands there are, and what every failure looks like."""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from cyclopts import (
    App,
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    Parameter,
    UnknownCommandError,
    UnusedCliTokensError,
)

from ...priors.errors import CatchupError, InputError, reason_of, unknown_name
from ..inference.process_limit import most_processes
from ..inference.words import QUESTION
from .notices import take_notices
from .values import read_value, refusal

COMMANDS = {
    "forecast": "When the event comes, with its spread and who gets there first.",
    "state": "Where the race stands, and the date given each stage.",
    "levers": "What each policy lever would change.",
    "obstacles": "What stands in the way besides compute.",
    "regimes": "What each commitment of compute would change.",
    "scenarios": "Other ways the world could go, beside the baseline.",
    "worlds": "The worlds that the sources describe, beside both models.",
    "influence": "What each item of evidence did to the date.",
    "calibrate": "Whether the intervals hold what they promise, on simulated evidence.",
    "check": "Whether the answer can be trusted: one verdict a line.",
    "sensitivity": "Which quantities the date depends on.",
    "watch": "What may happen or be learnt, how likely it is, and what it would do to the date.",
    "voi": "What learning something would be worth.",
    "thresholds": "How much compute a firm would need to change the answer, or to be ready by a day.",
    "trend": "What measured lags, carried forward, say of the date.",
    "lags": "What each assumption about measured lags does to the date.",
    "capability": "What score Mythos's compute implies, and when a Chinese model meets it.",
    "criteria": "What public tables tell the event by, and when each criterion is met.",
    "hindcast": "The track record: past records asked as of their own days.",
    "structures": "Models of other shapes side by side, pooled, and what would tell them apart.",
    "capacity": "China's compute through 2027, in two accounts.",
    "efficiency": "What progress has to do for compute, and can.",
    "size": "How large a model Mythos's compute implies.",
    "run": "Forecast, check and report into a dated folder.",
    "verify": "Whether a run's files are those that it was made with.",
    "diff": "What moved between two runs, and why.",
    "history": "The forecast through time.",
    "replay": "Ask again on past days, without hindsight.",
    "publish": "A folder of runs as a site that opens from the disk.",
    "digest": "A run in a few lines: its headline, what moved it, what to watch.",
    "doctor": "Whether the place that a job runs in is as it should be.",
    "explore": "A page in which evidence can be switched on and off.",
    "score": "Runs judged by what happened, beside rival views.",
    "export": "A run in other people's formats.",
    "reproduce": "The published forecast's claims beside this model's figures.",
}
COMMAND_GROUPS = {
    "priors": (
        "What is believed before any leak.",
        {
            "list": "Every quantity with its distribution.",
            "show": "One quantity in full.",
            "check": "Check overlay files without forecasting.",
        },
    ),
    "evidence": (
        "What has been seen, and how it is counted.",
        {
            "list": "Every item, its role, and whether it is counted.",
            "show": "One item in full.",
            "check": "Check item files without forecasting.",
            "new": "Print a filled-in item of a kind, to be edited.",
            "confirm": "Say through which day somebody has looked and found nothing.",
        },
    ),
    "data": (
        "Public tables, kept as they are published.",
        {
            "add": "Check a table and keep it beside its other vintages.",
            "check": "Check tables without keeping them.",
            "list": "Every vintage that is kept.",
            "show": "One table: its columns, and what could not be read.",
            "update": "Fetch tables from where they are published.",
            "lags": "American records, and the first Chinese models that met them.",
            "efficiency": "What scores and training compute say of progress.",
        },
    ),
}

HERE = "catchup.analysis.commands"
COLLECTED_AFTER = 100_000  # objects: twice what a forecast makes, which would be looked through forty times for nothing

app = App(
    name="catchup",
    help=QUESTION,
    version_flags=["--version"],
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
    default_parameter=Parameter(converter=read_value),
)
for name, text in COMMANDS.items():
    app.command(f"{HERE}.{name}:{name}", name=name, help=text)
for group, (text, members) in COMMAND_GROUPS.items():
    subapp = App(name=group, help=text, help_format="plaintext")
    for name, member_text in members.items():
        subapp.command(f"{HERE}.{group}:{name}_{group}", name=name, help=member_text)
    app.command(subapp)


OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
ENDINGS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}


class Ended(KeyboardInterrupt):
    """A signal has asked us to end: what is under way is cleared away, as after Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = signal.Signals(number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those after the program's name; the process's own by default.

    Raises
    ------
    SystemExit
        With status 0 when done, 1 when the answer cannot be trusted, 2 for bad input, 130 when interrupted; 143 when
        terminated, 129 when hung up.
    """
    own_process, arguments = arguments is None, sys.argv[1:] if arguments is None else arguments
    if own_process:
        gc.set_threshold(COLLECTED_AFTER)
    _open_closed_streams()
    _say_what_the_encoding_cannot()
    _ask_for_one_thread()
    _ask_for_no_plugins()
    end_cleanly_when_told_to()
    status = run(arguments)
    try:
        sys.stdout.flush()
    except OSError as error:
        # whoever read our output has stopped, or its disk is full: keep the interpreter from trying again at shutdown
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            status = _fail(f"standard output: {reason_of(error)}", 1, arguments)
    if own_process:
        gc.freeze()  # all of it goes with the process: looking for cycles to free at its end took up to 60 ms
    raise SystemExit(status)


def _open_closed_streams() -> None:
    """Let output go nowhere where its stream is closed; a file opened later could take the stream's number."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))


def _ask_for_one_thread() -> None:
    """Let libraries that are loaded later keep to one thread, unless somebody has said otherwise.

    Matrix algebra: of matrices as small as ours its threads wait for one another longer than the sum takes, most of all
    beside other work; and with their number the last digits would change from machine to machine. Arrow's memory, which
    pandas brings: only a process of one thread shares its work with others (see `inference.processes`).
    """
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("JE_ARROW_MALLOC_CONF", "background_thread:false")


def _ask_for_no_plugins() -> None:
    """Keep pydantic from looking for plugins in all packages, unless somebody wants it to: a thirtieth of the time."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def end_cleanly_when_told_to() -> None:
    """Let the signals that end a process do so by an exception; a second one of a kind ends it at once."""

    def end(number: int, _: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise Ended(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # or else somebody wants it ignored, as nohup does
            signal.signal(number, end)


def _say_what_the_encoding_cannot() -> None:
    """Print letters that an output's encoding lacks as escapes, as standard error does by itself."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def run(arguments: Sequence[str]) -> int:
    """Run the command line and return its exit status, printing one line for whatever went wrong."""
    from ..presentation.terminal import PipedConsole

    take_notices()  # of a command before, where one process runs several
    app.console = PipedConsole()  # of help pages; one that lasts would keep a standard output that has been replaced
    try:
        most_processes()  # refused before anything is made, whether or not there is work to be shared
        result = app(list(arguments), exit_on_error=False, print_error=False, result_action="return_value")
    except CatchupError as error:
        # a disk that is full or broken is not the user's mistake, whatever was being written
        return _fail(error.on_command_line, 1 if _is_of_the_disk(error.__context__) else error.exit_code, arguments)
    except UnknownCommandError as error:
        # its own message imports every command to find the nearest name
        return _fail(_unknown_command(error).on_command_line, 2, arguments)
    except UnusedCliTokensError as error:
        return _fail(f"unexpected argument '{(error.unused_tokens or [''])[0]}'; see --help", 2, arguments)
    except CoercionError as error:
        refused = refusal(error)
        return _fail(str(error) if refused is None else refused.on_command_line, 2, arguments)
    except MissingArgumentError as error:
        return _fail(_missing(error), 2, arguments)
    except CycloptsError as error:
        return _fail(str(error), 2, arguments)
    except KeyboardInterrupt as error:
        ended = error if isinstance(error, Ended) else Ended(signal.SIGINT)
        return _fail(ENDINGS[ended.number], 128 + ended.number, arguments)
    except BrokenPipeError:
        return 0
    except OSError as error:
        return _fail(f"{error.filename}: {reason_of(error)}" if error.filename else reason_of(error), 1, arguments)
    except MemoryError:
        return _fail("not enough memory; ask for fewer --draws", 1, arguments)
    except SystemError as error:  # of a library that has found no memory and does not say so
        return _fail(f"a library has failed, perhaps for want of memory: {error}", 1, arguments)
    except ImportError as error:  # also of a library that memory has no room for
        return _fail(f"a library cannot be loaded: {error}", 1, arguments)
    for line in take_notices():
        print(f"catchup: {line}", file=sys.stderr)
    return result if isinstance(result, int) else 0


def _unknown_command(error: UnknownCommandError) -> InputError:
    word = error.unused_tokens[0] if error.unused_tokens else ""
    group = next((name for name in error.command_chain or () if name in COMMAND_GROUPS), None)
    known = COMMAND_GROUPS[group][1] if group else [*COMMANDS, *COMMAND_GROUPS]
    return unknown_name(
        "command", f"{group} {word}" if group else word, [f"{group} {name}" for name in known] if group else known
    )


def _missing(error: MissingArgumentError) -> str:
    """Say what a command needs, or that an option has no value: the library calls either a missing argument."""
    if error.argument is None or "Did you mean" in str(error):
        return str(error)
    command = " ".join(error.command_chain or ())
    given = error.keyword or next((token.keyword for token in error.argument.tokens if token.keyword), None)
    return f"{given} needs a value" if given else f"{command} needs {error.argument.name}; see catchup {command} --help"


def _is_of_the_disk(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            return True
        error = error.__context__
    return False


def _fail(message: str, status: int, arguments: Sequence[str]) -> int:
    message = " ".join(message.split())
    if "--log-json" in arguments:
        message = json.dumps({"event": "error", "status": status, "message": message})
    else:
        message = f"catchup: {message}"
    with contextlib.suppress(OSError):  # whoever listened may have hung up
        print(message, file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    main()
