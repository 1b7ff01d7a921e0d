#!/bin/busybox sh
# Loads kernel modules by name, each after those that it depends on. modprobe cannot: User-Mode Linux's modules are not
# under /lib/modules.
modules=/usr/lib/uml/modules/$(uname -r)
pattern=$(echo "$*" | tr ' ' '|')
grep -E "/($pattern)\.ko:" "$modules/modules.dep" >/run/peer/modules.dep # 0.1 s to search, so once for all

insert() {
  name=${1##*/}
  grep -q "^$(echo "${name%.ko}" | tr - _) " /proc/modules || insmod "$modules/$1"
}

for wanted; do
  found=
  while read -r file dependencies; do
    case $file in */"$wanted.ko:") ;; *) continue ;; esac
    found=yes reversed=
    for dependency in $dependencies; do reversed="$dependency $reversed"; done
    for each in $reversed "${file%:}"; do insert "$each" || exit 1; done
  done </run/peer/modules.dep
  [ "$found" ] || { echo "User-Mode Linux has no module $wanted" >&2; exit 1; }
done
