#!/bin/sh
# ask.sh COMMAND ...: ask the Redis on HOST (default: this Pod's) one command. The password goes in by stdin: argv and the
# environment of a process can be read by others. An error of Redis is exit code 1.
set -eu
answer=$( (
  printf 'AUTH default %s\n' "$(cat /etc/redis/redis-password)"
  echo "$@"
) | timeout 3 redis-cli -h "${HOST:-127.0.0.1}" | sed 1d)
printf '%s\n' "$answer"
case $answer in ERR* | NOAUTH* | WRONGPASS* | LOADING* | CLUSTERDOWN* | '') exit 1 ;; esac
