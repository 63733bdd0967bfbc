#!/usr/bin/env bash
# Sets up this copy of onerom-sales and (re)starts it. Safe to run at any time, as root or as anybody.
#   ./restart.sh           set up what is missing, then (re)start reader, writer, worker and cron
#   ./restart.sh stop      stop them           ./restart.sh status    say what runs
#   ./restart.sh dev       in the foreground, on this machine only, following changes of code and templates
#   ./restart.sh demo      two made-up stores whose stock moves, apart from everything real
#   ./restart.sh docker    by docker compose; with words after it: docker compose with those and the settings of .env
#   ./restart.sh install   only make .venv
set -euo pipefail
umask 027 # the ledger and the logs are nobody else's business
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
python=.venv/bin/python

die() { echo "restart.sh: $*" >&2 && exit 1; }

base_python() { # prints the Python to make .venv of: the one it has, or the distribution's, which is compiled for speed
  if [[ -n ${PYTHON:-} ]]; then echo "$PYTHON"
  elif [[ -x $python ]]; then readlink -f "$python"
  elif /usr/bin/python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo /usr/bin/python3
  else echo python3; fi
}

install() { # $1: requirements file; leaves .venv with the locked versions of it
  local stamp=".venv/$1.stamp" wanted clear=() base
  base=$(base_python)
  command -v "$base" >/dev/null || die "$base is missing: sudo apt install python3 python3-venv"
  "$base" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or newer is needed, not $("$base" -V)."
  wanted="$("$base" -V) $(sha256sum <"$1")"
  [[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]] || return 0
  if ! "$base" -c 'import ensurepip' 2>/dev/null; then
    [[ $EUID == 0 ]] && apt-get install -y -qq python3-venv >/dev/null 2>&1 && "$base" -c 'import ensurepip' ||
      die "$base cannot make virtual environments yet: sudo apt install python3-venv"
  fi
  echo "Installing what $1 lists into .venv ..."
  [[ ! -e $stamp || "$(cat "$stamp")" == "$("$base" -V) "* ]] || clear=(--clear) # made by another Python
  "$base" -m venv "${clear[@]}" .venv
  fetch "$1"
  echo "$wanted" >"$stamp"
}

fetch() { # $1: requirements file; has pip install it, or ends with one sentence
  local said=run/pip.log unreachable='NewConnectionError|ConnectTimeout|ProxyError|Temporary failure in name|Network is unreachable'
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --retries 2 -r "$1" >"$said" 2>&1 && return
  ! grep -qE "$unreachable" "$said" ||
    die "The packages could not be downloaded: connect this machine to the Internet, or set PIP_INDEX_URL or https_proxy."
  die "pip could not install what $1 lists: $(grep -m 1 ERROR "$said" || tail -n 1 "$said") (more in $said)"
}

was_set_up() { # whether .venv holds what the services need; else says so
  [[ -x $python ]] || { echo "Nothing runs: this copy was never started." && return 1; }
  [[ -e .venv/requirements.txt.stamp ]] || "$python" -c 'import writer.ops.services' 2>/dev/null ||
    { echo "Nothing runs: setting this copy up has failed so far. Run ./restart.sh to go on." && return 1; }
}

env_file() { # makes .env where there is none, adds a secret it lacks, changes nothing that is there
  "$python" -m writer.ops.env_file
}

compose() { # docker compose with the settings of this copy, read as the services read them
  "$python" -m writer.ops.compose "$@"
}

docker_up() {
  docker compose version >/dev/null 2>&1 || die "docker compose is missing: see https://docs.docker.com/engine/install/"
  [[ "$(stat -c %u data)" == 10000 ]] || { [[ $EUID == 0 ]] && chown -R 10000 data; } ||
    die "data/ must belong to user 10000: sudo chown -R 10000 data"
  compose up --build --detach --wait
  "$python" -m writer.ops.services welcome "$(compose port reader 8106)" "$(compose port writer 8107)"
}

owner=$(stat -c %u .)
if [[ $EUID == 0 && $owner != 0 && ${1:-start} != docker ]]; then # its owner can write what root would run
  exec setpriv --reuid="$owner" --regid="$(stat -c %g .)" --clear-groups -- "$PWD/restart.sh" "$@"
fi
for path in . run run/lock data .env .venv; do
  [[ ! -e $path || -w $path ]] ||
    die "$(id -un) cannot write $(realpath "$path"), which belongs to $(stat -c %U "$path"). Give it to the owner of the folder:" \
      "sudo chown -R $(stat -c %U .) $(realpath "$path")"
done
mkdir -p run data
[[ ! -O data ]] || chmod o-rwx data
exec 9>run/lock
flock -n 9 || { echo "Another restart.sh of this copy is at work; waiting for it." && flock 9; }
case ${1:-start} in
  start) install requirements.txt; env_file; "$python" -m writer.ops.services start ;;
  stop | status)
    was_set_up || { [[ $1 == stop ]] && exit; exit 1; }
    "$python" -m writer.ops.services "$1" ;;
  dev) install requirements.txt; env_file; exec 9>&- "$python" -m writer.ops.services dev ;;
  demo) install requirements.txt; exec 9>&- "$python" -m deploy.demo "${@:2}" ;;
  docker)
    install requirements.txt; env_file
    if (($# > 1)); then exec 9>&- && compose "${@:2}"; else docker_up; fi ;;
  install) install "${2:-requirements.txt}" ;;
  *) sed -n 2,8p "$0"; exit 2 ;;
esac
