#!/usr/bin/env bash
# Sets up this copy of onerom-sales and (re)starts it. Safe to run at any time, as root or as anybody.
#   ./restart.sh           set up what is missing, then (re)start reader, writer and cron
#   ./restart.sh stop      stop them           ./restart.sh status    say what runs
#   ./restart.sh dev       in the foreground, on this machine only, following changes of code and templates
#   ./restart.sh docker    by docker compose   ./restart.sh install   only make .venv
set -euo pipefail
umask 027 # the ledger and the logs are nobody else's business
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
python=.venv/bin/python
declare -A app=([reader]="reader.app:app" [writer]="writer.app:create_app()" [cron]="writer.cron")

die() { echo "restart.sh: $*" >&2 && exit 1; }

install() { # $1: requirements file; leaves .venv with the locked versions of it
  local stamp=".venv/$1.stamp" wanted clear=()
  command -v python3 >/dev/null || die "python3 is missing: sudo apt install python3 python3-venv"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or newer is needed, not $(python3 -V)."
  wanted="$(python3 -V) $(sha256sum <"$1")"
  [[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]] || return 0
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    [[ $EUID == 0 ]] && apt-get install -y -qq python3-venv >/dev/null 2>&1 && python3 -c 'import ensurepip' ||
      die "python3 cannot make virtual environments yet: sudo apt install python3-venv"
  fi
  echo "Installing what $1 lists into .venv ..."
  [[ ! -e $stamp || "$(cat "$stamp")" == "$(python3 -V) "* ]] || clear=(--clear) # made by another Python
  python3 -m venv "${clear[@]}" .venv
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
  echo "$wanted" >"$stamp"
}

secrets() { # makes .env where there is none, adds a secret it lacks, changes nothing that is there
  local name value
  [[ -e .env ]] || { (umask 077 && cp .env.example .env) && echo "Wrote .env with the settings of this copy."; }
  for name in SECRET_KEY WEBHOOK_SHARED_SECRET CONFIG_ENCRYPTION_KEY; do
    if [[ -n ${!name:-} ]] || grep -Eq "^ *(export +)?$name *= *[^ ]" .env; then continue; fi
    value=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')
    if grep -q "^$name=\$" .env; then sed -i --follow-symlinks "s|^$name=\$|$name=$value|" .env; else
      printf '\n%s=%s\n' "$name" "$value" >>.env; fi
    echo "Wrote a new $name into .env."
  done
}

settings() { # exports what .env says, the environment winning; stops here where a value is missing or unusable
  local lines
  lines=$("$python" -m writer.preflight settings) || exit 1
  eval "$lines"
}

running() { # prints the process of service $1 of this copy, and of no other; fails where there is none
  local pid
  pid=$(cat "run/$1.pid") && [[ "$(readlink "/proc/$pid/cwd")" == "$PWD" ]] &&
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "${app[$1]}" && echo "$pid"
} 2>/dev/null

stop() { # $@: services; each finishes the requests it has accepted
  local name pid
  for name; do if pid=$(running "$name"); then kill -TERM "$pid"; fi; done
  for name; do
    for _ in {1..450}; do running "$name" >/dev/null || continue 2; sleep 0.1; done
    echo "$name did not end within 45 seconds and is killed." && kill -KILL "$(running "$name")"
  done
}

launch() { # $1: service, $@: its command
  local name=$1 log="run/$1.log"
  [[ "$(stat -c %s "$log" 2>/dev/null || echo 0)" -lt 10000000 ]] || mv "$log" "$log.1"
  setsid "$python" -m "${@:2}" >>"$log" 2>&1 </dev/null 9>&- &
  echo $! >"run/$name.pid"
}

serve() { # $1: service, $2: its address, $3: its URL; afterwards it answers, with the present code and settings
  local pid launched
  launched="$2 $SETTINGS_ID $(sha256sum <requirements.txt)"
  if pid=$(running "$1") && [[ "$(cat "run/$1.launched" 2>/dev/null)" == "$launched" ]]; then
    # Only code can have changed: new workers take over the open port, so that nobody is refused.
    if "$python" -m writer.preflight reload "$pid" "$3"; then return; fi
  fi
  stop "$1"
  launch "$1" gunicorn -c "$1/gunicorn.conf.py" --bind "$2" "${app[$1]}"
  echo "$launched" >"run/$1.launched"
  if ! "$python" -m writer.preflight healthy "$3" "$(cat "run/$1.pid")"; then
    tail -n 12 "run/$1.log" >&2
    die "the $1 did not start: see above, and run/$1.log."
  fi
}

restart() {
  local state reader writer
  settings
  # Whatever would keep the new ones from starting ends this here, while the old ones still run.
  "$python" -c 'import reader.app, writer.app' || exit 1
  state=$("$python" -m writer.preflight check "$(running reader)" "$(running writer)") || exit 1
  stop cron
  if [[ $state == behind ]]; then stop writer reader && "$python" -m writer.migrate || exit 1; fi
  serve reader "$READER_ADDRESS" "$READER_URL" & reader=$!
  serve writer "$WRITER_ADDRESS" "$WRITER_URL" & writer=$!
  wait $reader && wait $writer || exit 1
  [[ ${RUN_CRON:-1} == 0 ]] || launch cron writer.cron
  cat <<TEXT
onerom-sales runs.
  Reader (public)    $READER_URL/api/sales/total   listening on $READER_ADDRESS
  Writer (internal)  $WRITER_URL/   listening on $WRITER_ADDRESS
  Sign in as         ${ADMIN_USER:-admin (on a fresh install the password is admin, good only for choosing another)}
  WooCommerce        Settings > Advanced > Webhooks > Add webhook, one for each order topic:
                     Delivery URL  https://<public name of the writer>/api/woocommerce/webhook
                     Secret        the WEBHOOK_SHARED_SECRET of $PWD/.env
TEXT
}

status() { # fails where something does not run
  local name pid missing=0
  for name in reader writer cron; do
    if pid=$(running "$name"); then echo "$name runs: process $pid"; else echo "$name does not run" && missing=1; fi
  done
  return $missing
}

dev() {
  local name port pages
  settings
  stop cron writer reader
  "$python" -m writer.preflight check "" "" >/dev/null && "$python" -m writer.migrate || exit 1
  trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
  for name in reader writer; do
    port=${name^^}_ADDRESS && port=${!port##*:}
    mapfile -t pages < <(find "$name" -name '*.html')
    ONEROM_DEV=1 "$python" -m gunicorn -c "$name/gunicorn.conf.py" --bind "127.0.0.1:$port" \
      --reload "${pages[@]/#/--reload-extra-file=}" "${app[$name]}" &
    echo "The $name: http://127.0.0.1:$port/   (Ctrl-C ends both)"
  done
  wait
}

docker_up() {
  [[ "$(stat -c %u data)" == 10000 ]] || { [[ $EUID == 0 ]] && chown -R 10000 data; } ||
    die "data/ must belong to user 10000: sudo chown -R 10000 data"
  docker compose up --build --detach --wait
}

mkdir -p run data
for path in . run run/lock data .env .venv; do
  [[ ! -e $path || -w $path ]] || die "$PWD/$path belongs to $(stat -c %U "$path"), and this is $(id -un)."
done
exec 9>run/lock
flock -n 9 || { echo "Another restart.sh of this copy is at work; waiting for it." && flock 9; }
case ${1:-start} in
  start) install requirements.txt; secrets; restart ;;
  stop) stop cron writer reader ;;
  status) status ;;
  dev) install requirements.txt; secrets; dev ;;
  docker) secrets; docker_up ;;
  install) install "${2:-requirements.txt}" ;;
  *) sed -n 2,6p "$0"; exit 2 ;;
esac
