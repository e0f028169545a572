#!/bin/sh
# Readiness: PostgreSQL answers, and a replica streams from its primary, unless the primary is down.
set -eu
ask() { psql -XAtq -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "$1"; }
[ "$(ask 'SELECT pg_is_in_recovery()')" = t ] || exit 0
[ "$(ask "SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'")" = 0 ] || exit 0
primary=$(sed -n "s/^primary_conninfo = 'host=\([^ ]*\).*/\1/p" /run/postgres/node.conf)
! pg_isready -q -t 1 -h "$primary" || { echo "no replication from $primary, although it answers"; exit 1; }
