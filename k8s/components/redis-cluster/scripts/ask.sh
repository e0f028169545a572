#!/bin/sh
# ask.sh COMMAND ...: send one command to the Redis on HOST (default: this Pod's) and print the answer. The password goes in by
# stdin, because others can read the argv and the environment of a process. If Redis answers with an error, it exits with 1.
set -eu
answer=$( (
  printf 'AUTH default %s\n' "$(cat /etc/redis/redis-password)"
  echo "$@"
) | timeout 3 redis-cli -h "${HOST:-127.0.0.1}" | sed 1d)
printf '%s\n' "$answer"
case $answer in ERR* | NOAUTH* | WRONGPASS* | LOADING* | CLUSTERDOWN* | '') exit 1 ;; esac
