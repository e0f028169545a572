#!/bin/sh
# Init container: write the settings that differ by Pod. The node announces its name, because a restart changes its address.
set -eu
umask 077
domain=$(sed -n 's/^search \([^ ]*\).*/\1/p' /etc/resolv.conf)
printf 'cluster-announce-hostname %s.redis-cluster.%s\nmasteruser default\nmasterauth %s\n' \
  "$(cat /etc/hostname)" "$domain" "$(cat /etc/redis/redis-password)" >/run/redis/node.conf
