#!/bin/sh
# Cleans up after a lab, however its process ended: it waits for the end of its standard input, which comes when the
# lab closes, and also when its process is killed. Arguments: the namespace, the lab's directory. Input, one per line:
# `+ GROUP` for a process group that the lab started, `- GROUP` for one that ended.
namespace=$1 directory=$2 groups=' '

while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="${groups%%" $group "*} ${groups#*" $group "}" ;;
  esac
done

alive() {
  for group in $groups; do kill -0 "-$group" 2>/dev/null && return 0; done
  return 1
}

# The peers see the end of their input too, and power off, though not always. What was closed in order ended before.
tries=0
while alive && [ $tries -lt 20 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done

ip netns delete "$namespace" # and with it its TAPs and bridges
status=$?
rm -rf "$directory" && exit $status
