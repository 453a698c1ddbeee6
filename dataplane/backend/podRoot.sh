#!/bin/sh
# Runs a program with a name and a file system of its own, as in a pod:
# unshare --uts podRoot.sh NAME ROOT [SOURCE TARGET]… -- PROGRAM [ARGUMENT]…
#
# Below the empty folder ROOT appear the host's programs, and each SOURCE (a file or a folder) at its TARGET, as a
# pod's volumes do. All of it is mounted in the mount namespace that `ip netns exec` makes for this one process, so nobody
# else sees it and nothing is left when the process ends. The process becomes the program.
set -eu

# The program's own PATH need not have what is used here.
path=$PATH
PATH=$PATH:/usr/sbin:/usr/bin:/sbin:/bin
chroot=$(command -v chroot)

# The name in the private UTS namespace that unshare has made; members of a ring register by it.
echo "$1" >/proc/sys/kernel/hostname
root=$2
shift 2
mount -t tmpfs -o mode=0755 pod "$root"

for folder in bin sbin lib lib64 usr; do
  [ -e "/$folder" ] || continue
  mkdir "$root/$folder"
  mount --bind "/$folder" "$root/$folder"
  # A target below it must exist; else it would be made on the host.
  mount -o remount,bind,ro "$root/$folder"
done
mkdir "$root/proc"
mount --rbind /proc "$root/proc"
# Devices that every container has. The host's folder is not among the mounts: a program may write into its own.
mkdir "$root/dev"
for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir -m 1777 "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mkdir "$root/etc"
# Names and users, what dynamically linked programs look for, and certificates.
for entry in hosts resolv.conf nsswitch.conf passwd group ld.so.cache ld.so.conf ld.so.conf.d alternatives ssl pki; do
  [ -e "/etc/$entry" ] || continue
  if [ -d "/etc/$entry" ]; then mkdir "$root/etc/$entry"; else : >"$root/etc/$entry"; fi
  mount --bind "/etc/$entry" "$root/etc/$entry"
done
mkdir -m 1777 "$root/tmp"

while [ "$1" != -- ]; do
  source=$1
  target=$root$2
  shift 2
  if [ -d "$source" ]; then
    mkdir -p "$target"
  else
    mkdir -p "${target%/*}"
    : >"$target"
  fi
  mount --bind "$source" "$target"
done
shift
PATH=$path
exec "$chroot" "$root" "$@"
