#!/bin/sh
# postStart: introduce this node to all others. Redis stores addresses, not names, and each restart of a Pod changes its address.
# To meet a known node changes nothing.
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
