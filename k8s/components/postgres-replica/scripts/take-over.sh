#!/bin/sh
# promote runs it in the new primary. It waits up to 15 s until the old primary has sent its last write and stopped, then takes
# over. An old primary that still runs acknowledges nothing, because it waits for its replica.
set -eu
ask() { psql -XAtq -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "$1"; }
for _ in $(seq 150); do
  [ "$(ask "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'")" != 0 ] || break
  sleep 0.1
done
[ "$(ask 'SELECT pg_promote()')" = t ] || { echo 'this PostgreSQL did not become the primary' >&2; exit 1; }
