#!/bin/sh
# fewest.sh ID ...: of these masters, print the id of the one with the fewest replicas. Reads the answer to CLUSTER NODES.
set -eu
awk -v masters="$*" '
  BEGIN { split(masters, ids); for (i in ids) count[ids[i]] = 0 }
  $3 !~ /fail|noaddr|handshake/ && $4 in count { count[$4] += 1 }
  END { for (id in count) print count[id], id }' | sort -n | awk 'NR == 1 { print $2 }'
