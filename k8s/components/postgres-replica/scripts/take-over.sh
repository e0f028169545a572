#!/bin/sh
# For promote, in the Pod that shall take writes: when the old primary has sent its last write and ended, this one takes over. One
# that does not end is not waited for longer: it acknowledges nothing without its replica.
set -eu
ask() { psql -XAtq -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "$1"; }
for _ in $(seq 150); do
  [ "$(ask "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'")" != 0 ] || break
  sleep 0.1
done
[ "$(ask 'SELECT pg_promote()')" = t ] || { echo 'this PostgreSQL did not become the primary' >&2; exit 1; }
