#!/bin/sh
# postStart: this Pod has a new address, and after an outage of all so have the others. Redis keeps addresses, not names, so
# each node that starts introduces itself to those that are there. To meet a node that is known already changes nothing.
set -u
ask='sh /etc/redis-cluster/ask.sh'
for _ in $(seq 600); do
  $ask PING >/dev/null 2>&1 && break
  sleep 1
done
for address in $(getent ahostsv4 redis-cluster | awk '{ print $1 }' | sort -u); do
  $ask CLUSTER MEET "$address" 6379
done
exit 0
