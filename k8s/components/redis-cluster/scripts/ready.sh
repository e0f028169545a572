#!/bin/sh
# Readiness: Redis answers, and a replica is in sync with its master. So a rolling update waits until each replica has all data.
set -eu
role=$(sh /etc/redis-cluster/ask.sh INFO replication)
case $role in *role:master* | *master_link_status:up*) exit 0 ;; esac
echo 'not in sync with its master'
exit 1
