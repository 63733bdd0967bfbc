#!/bin/sh
# Copies the primary the first time, then runs as its hot standby.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    pg_basebackup --host=postgres --username=onerom --pgdata="$PGDATA" --write-recovery-conf --checkpoint=fast
    chmod 700 "$PGDATA"
fi
exec postgres
