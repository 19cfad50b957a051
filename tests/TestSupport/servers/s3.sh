#!/usr/bin/env bash
# A real S3 server for tests and trials: Ceph's radosgw over one monitor and one in-memory OSD, loopback only, TLS with a certificate of its
# own. Nothing survives a stop.
#   s3.sh start DIR [PORT]     prints endpoint, bucket, keys and the certificate to believe
#   s3.sh stop DIR             stops it and deletes DIR
#   s3.sh guard DIR PID        stops it as soon as the process PID is gone
set -euo pipefail
verb=${1:-}; dir=${2:-}; port=${3:-8000}
[ -n "$verb" ] && [ -n "$dir" ] || { sed -n '4,6p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }
dir=$(realpath -m "$dir"); access=trial; secret=trial-only-secret; bucket=trial

# Below the ports that the system gives to whoever asks for any; the daemons take more behind it.
free_monitor_port() {
  local at
  while true; do
    at=$((20000 + RANDOM % 11900))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$at") 2>/dev/null; then echo "$at"; return; fi
  done
}

stop() {
  for pid in "$dir"/run/*.pid; do if [ -e "$pid" ]; then kill -9 "$(cat "$pid")" 2>/dev/null || true; fi; done
  rm -rf "$dir"
}

start() {
  if ! command -v radosgw >/dev/null; then
    echo "Installing radosgw (Debian packages radosgw ceph-mon ceph-osd ceph-common) ..." >&2
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends radosgw ceph-mon ceph-osd ceph-common curl >&2
  fi
  mkdir -p "$dir"/{mon,osd,run,log}; local fsid osd_id monitor; monitor=$(free_monitor_port)
  fsid=$(cat /proc/sys/kernel/random/uuid); osd_id=$(cat /proc/sys/kernel/random/uuid)
  cat > "$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$monitor]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind port min = $((monitor + 1))
ms bind port max = $((monitor + 100))
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 17179869184
osd max object name len = 1024
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
mon data avail warn = 5
paxos propose interval = 0.02
paxos min wait = 0.01
log file = $dir/log/\$name.log
run dir = $dir/run
admin socket = $dir/run/\$name.asok
pid file = $dir/run/\$name.pid
keyring = $dir/keyring
mon data = $dir/mon
osd data = $dir/osd
[client.rgw]
rgw frontends = beast ssl_endpoint=127.0.0.1:$port ssl_certificate=$dir/server.crt ssl_private_key=$dir/server.key
rgw data = $dir/rgw
keyring = $dir/keyring
CONF
  local ring="$dir/keyring" conf=(--conf "$dir/ceph.conf") log="$dir/log/start.log"
  {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
      -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$dir/server.key" -out "$dir/server.crt"
    ceph-authtool "$ring" --create-keyring --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool "$ring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
    ceph-authtool "$ring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
    ceph-authtool "$ring" --gen-key -n client.rgw --cap mon 'allow *' --cap osd 'allow *'
    ceph-mon "${conf[@]}" -i a --mkfs --keyring "$ring" --mon-initial-members a --public-addrv "[v2:127.0.0.1:$monitor]" --fsid "$fsid"
    ceph-mon "${conf[@]}" -i a --public-addrv "[v2:127.0.0.1:$monitor]"
    ceph "${conf[@]}" --connect-timeout 20 osd new "$osd_id"
    ceph-osd "${conf[@]}" -i 0 --mkfs --osd-uuid "$osd_id"
    ceph-osd "${conf[@]}" -i 0
    radosgw-admin "${conf[@]}" --name client.rgw user create --uid=trial --display-name=trial --access-key="$access" --secret-key="$secret"
    radosgw "${conf[@]}" --name client.rgw
  } >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
  for _ in $(seq 300); do
    if curl -sf --cacert "$dir/server.crt" --aws-sigv4 aws:amz:trial:s3 -u "$access:$secret" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
      -X PUT "https://127.0.0.1:$port/$bucket" >>"$log" 2>&1
    then
      echo "endpoint=https://127.0.0.1:$port region=trial bucket=$bucket access=$access secret=$secret ca=$dir/server.crt"
      return
    fi
    sleep 0.1
  done
  echo "radosgw did not answer within 30 s; see $log" >&2; exit 1
}

case $verb in
  start) start ;;
  stop) stop ;;
  guard)
    # Detached from the caller's terminal and outputs: it outlives whoever asked for it, which is its point.
    setsid bash -c 'while [ -d "/proc/$1" ]; do sleep 1; done; exec bash "$2" stop "$3"' guard "$3" "${BASH_SOURCE[0]}" "$dir" \
      </dev/null >/dev/null 2>&1 & ;;
  *) echo "s3.sh: unknown verb '$verb' (start, stop, guard)" >&2; exit 2 ;;
esac
