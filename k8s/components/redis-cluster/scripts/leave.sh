#!/bin/sh
# preStop: a master hands its slots to a replica before it stops, so that its clients wait for a moment and not for the Cluster's
# node timeout. If no replica can take over, Redis stops as on SIGTERM: it waits for its replicas first.
set -u
ask='sh /etc/redis-cluster/ask.sh'
is_master() { $ask ROLE | head -1 | grep -q master; }
is_master || exit 0
self=$($ask CLUSTER MYID)
replica=$($ask CLUSTER NODES | awk -v self="$self" '$3 == "slave" && $4 == self && $8 == "connected" { sub(/:.*/, "", $2); print $2; exit }')
[ -n "$replica" ] || exit 0
HOST=$replica $ask CLUSTER FAILOVER
for _ in $(seq 50); do
  is_master || exit 0
  sleep 0.2
done
exit 0
