#!/bin/sh
# prepare.sh [COMMAND ...]: prepare the volume before each start of the server. It runs in the init container, and in the server's
# container, which then runs COMMAND.
#   the primary    creates the database, once
#   the replica    copies the primary, once; if it was the primary before, it rewinds what the new primary never received
set -eu
umask 077
# Process 1 gets only the signals that it has a handler for.
trap 'exit 143' INT TERM
start() { [ $# = 0 ] || exec "$@"; exit 0; }
say() { echo "prepare: $*"; }
self=$(cat /etc/hostname)
case $self in *-0) other=${self%-0}-1 ;; *) other=${self%-1}-0 ;; esac
sed 's/[\\:]/\\&/g; s/^/*:*:*:*:/' "$POSTGRES_PASSWORD_FILE" >/run/postgres/pgpass
export PGPASSFILE=/run/postgres/pgpass
from="host=$other.postgres user=$POSTGRES_USER dbname=$POSTGRES_DB connect_timeout=3"
ask() { psql "$from" -XAtq -c "$1"; }
other_is_primary() { [ "$(ask 'SELECT pg_is_in_recovery()' 2>/dev/null)" = f ]; }

primary=$(cat /etc/postgres-primary/name 2>/dev/null) || primary=${self%-*}-0
if other_is_primary; then primary=$other; fi
if [ "$primary" = "$self" ]; then
  : >/run/postgres/node.conf
  [ ! -s "$PGDATA/PG_VERSION" ] || start "$@"
  if pg_isready -q -h "$other.postgres"; then
    say "this volume is empty, but $other has a database: promote it, or bring this volume back" >&2
    exit 1
  fi
  say "create the database $POSTGRES_DB"
  rm -rf "$PGDATA" "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 --data-checksums
  [ "$POSTGRES_DB" = postgres ] || echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$PGDATA.new" postgres
  mv "$PGDATA.new" "$PGDATA"
  start "$@"
fi

slot=$(echo "$self" | tr - _)
printf "primary_conninfo = 'host=%s.postgres user=%s application_name=%s passfile=/run/postgres/pgpass'\nprimary_slot_name = '%s'\n" \
  "$other" "$POSTGRES_USER" "$slot" "$slot" >/run/postgres/node.conf
[ ! -e "$PGDATA/standby.signal" ] || start "$@"
until other_is_primary; do say "wait for $other to become the primary"; sleep 1; done
ask "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '$slot' AND wal_status = 'lost'"
ask "SELECT pg_create_physical_replication_slot('$slot', true) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot')"
# The database is unusable after an interrupted rewind.
unfinished=${PGDATA%/*}/rewinding
[ ! -e "$unfinished" ] || rm -rf "$PGDATA"
if [ -s "$PGDATA/PG_VERSION" ]; then
  say "rewind, then replicate $other"
  touch "$unfinished"
  # It refuses a database that is not a copy of the other one, and then changes nothing.
  pg_rewind --target-pgdata="$PGDATA" --source-server="$from" --config-file=/etc/postgres-replica/postgresql.conf || { rm "$unfinished"; exit 1; }
else
  say "copy $other"
  rm -rf "$PGDATA" "$PGDATA.new"
  pg_basebackup --dbname="$from" --pgdata="$PGDATA.new" --slot="$slot" --checkpoint=fast
  mv "$PGDATA.new" "$PGDATA"
fi
# Slots from its time as a primary would keep its write-ahead log forever.
rm -rf "$PGDATA"/pg_replslot/*
touch "$PGDATA/standby.signal"
rm -f "$unfinished"
start "$@"
