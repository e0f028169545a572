#!/bin/sh
# Ready: it answers, and as a replica it has what its master has. So a rolling update waits for each copy to be whole.
set -eu
role=$(sh /etc/redis-cluster/ask.sh INFO replication)
case $role in *role:master* | *master_link_status:up*) exit 0 ;; esac
echo 'not in step with its master'
exit 1
