#!/bin/sh
# Job: form the Cluster, or repair it. Each step checks what is done already, so it can be stopped at any moment and run again.
#   1. every node knows every other   2. the old ids of nodes that lost their volume are forgotten
#   3. every slot has a master        4. a node without slots replicates the master with the fewest replicas
set -eu
masters=$((NODES / 2))
ask() { host=$1; shift; HOST=$host sh /etc/redis-cluster/ask.sh "$@"; }
address() { getent ahostsv4 "redis-cluster-$1.redis-cluster" | awk 'NR == 1 { print $1 }'; }
until_true() { # until_true WHAT COMMAND...
  what=$1; shift
  for _ in $(seq 120); do "$@" && return; sleep 1; done
  echo "timed out waiting for $what" >&2
  exit 1
}
ordinals=$(seq 0 $((NODES - 1)))

all_answer() { for n in $ordinals; do a=$(address "$n") && [ -n "$a" ] && ask "$a" PING >/dev/null || return 1; done; }
until_true 'every node to answer' all_answer
first=$(address 0)

for n in $ordinals; do ask "$first" CLUSTER MEET "$(address "$n")" 6379 >/dev/null; done
ids() { for n in $ordinals; do ask "$(address "$n")" CLUSTER MYID; done; }
all_known() {
  for n in $ordinals; do
    nodes=$(ask "$(address "$n")" CLUSTER NODES) || return 1
    for id in $ids; do echo "$nodes" | grep "^$id" | grep -qv handshake || return 1; done
  done
}
ids=$(ids)
until_true 'every node to know every other' all_known

# A failed id whose name belongs to another id now was on a volume that is gone.
nodes=$(ask "$first" CLUSTER NODES)
live_names=$(for id in $ids; do echo "$nodes" | awk -v id="$id" '$1 == id { sub(/.*,/, "", $2); print $2 }'; done)
for name in $live_names; do
  for gone in $(echo "$nodes" | awk -v name="$name" '$3 ~ /fail/ { at = $2; sub(/.*,/, "", at); if (at == name) print $1 }'); do
    case $ids in *"$gone"*) continue ;; esac
    echo "forgetting $gone, once $name"
    for n in $ordinals; do ask "$(address "$n")" CLUSTER FORGET "$gone" || true; done
  done
done

assigned() { ask "$first" CLUSTER INFO | tr -d '\r' | sed -n 's/^cluster_slots_assigned://p'; }
if [ "$(assigned)" -lt 16384 ]; then
  for n in $(seq 0 $((masters - 1))); do
    from=$((16384 * n / masters)) to=$((16384 * (n + 1) / masters - 1))
    # Redis refuses the whole range if one of its slots has a master: then an earlier run has assigned it.
    ask "$(address "$n")" CLUSTER ADDSLOTSRANGE "$from" "$to" || true
  done
fi
all_assigned() { [ "$(assigned)" = 16384 ]; }
until_true 'every slot to have a master' all_assigned

for n in $ordinals; do
  a=$(address "$n")
  nodes=$(ask "$a" CLUSTER NODES)
  # The line of a master without slots ends after the link state.
  echo "$nodes" | awk '$3 ~ /myself/ && $3 ~ /master/ && NF == 8 { found = 1 } END { exit !found }' || continue
  masters_with_slots=$(echo "$nodes" | awk '$3 ~ /master/ && $3 !~ /fail/ && NF > 8 { print $1 }')
  # shellcheck disable=SC2086
  master=$(echo "$nodes" | sh /etc/redis-cluster/fewest.sh $masters_with_slots)
  echo "redis-cluster-$n becomes a replica of $master"
  ask "$a" CLUSTER REPLICATE "$master"
  # The next choice counts this replica.
  seen() { ask "$first" CLUSTER NODES | grep "^$(ask "$a" CLUSTER MYID)" | grep -q slave; }
  until_true 'the others to see it' seen
  sleep 1
done
state_ok() { ask "$first" CLUSTER INFO | grep -q cluster_state:ok; }
until_true 'cluster_state:ok' state_ok
ask "$first" CLUSTER NODES
