#!/bin/sh
# Init container: what redis.conf cannot know. The name outlives the address that a restart changes.
set -eu
umask 077
domain=$(sed -n 's/^search \([^ ]*\).*/\1/p' /etc/resolv.conf)
printf 'cluster-announce-hostname %s.redis-cluster.%s\nmasteruser default\nmasterauth %s\n' \
  "$(cat /etc/hostname)" "$domain" "$(cat /etc/redis/redis-password)" >/run/redis/node.conf
