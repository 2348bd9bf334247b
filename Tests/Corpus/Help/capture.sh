#!/usr/bin/env bash
# Writes the help texts of programs/ anew, as the gateway asks for them: capture.sh PYTHON [OLD_PYTHON].
#
# The texts here are of Python 3.11.7 with click 8.5.1 and typer 0.29.2, and, where a name begins with old_, of click 8.1.8 and
# typer 0.15.1, which wrote types another way.
set -euo pipefail
cd "$(dirname "$0")"

help() { # help TEXT WIDTH PROGRAM [COMMAND]
    local text=$1 width=$2 program=$3
    shift 3
    env -i PATH="$PATH" PLAIN="${PLAIN-}" COLUMNS="$width" LC_ALL=C.UTF-8 NO_COLOR=1 PYTHON_COLORS=0 \
        "$python" "programs/$program.py" "$@" --help | sed 's/ *$//' >"$text.txt"
}

all() { # all PREFIX WIDTH PROGRAM COMMAND...
    local prefix=$1 width=$2 program=$3 command
    shift 3
    help "$prefix" "$width" "$program"
    for command; do help "$prefix.$command" "$width" "$program" "$command"; done
}

python=${1:-python3}
all argparse_sample 1000 argparse_sample my-command
all argparse_epilog 1000 argparse_epilog deploy status
all argparse_full 1000 argparse_full convert list-all-of-the-jobs-there-are silent remote
all argparse_narrow 60 argparse_full convert
all argparse_metavar 1000 argparse_metavar
all argparse_many 1000 argparse_many
all argparse_none 1000 argparse_none
all click_full 1000 click_full convert list-jobs silent remote
all typer_full 120 typer_full convert list-jobs silent remote
PLAIN=1 all typer_plain 1000 typer_full convert list-jobs silent remote

python=${2:-}
[ -n "$python" ] || exit 0
all old_click 1000 click_full convert list-jobs silent
all old_typer 120 typer_full convert list-jobs silent
PLAIN=1 all old_typer_plain 1000 typer_full convert
